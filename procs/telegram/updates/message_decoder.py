"""Decodes what Telegram sends, one message at a time.

A message in a container that nobody can read (a constructor of a newer layer) must not take the
others with it, nor the connection: the library drops all of them and connects anew. What cannot be
read, and a session that the server made anew, mean the same for a listener: updates may be missing
(core.telegram.org/api/updates, "Recovering gaps": incorrect update, session loss). Both are told as
`updatesTooLong`.

Sources: core.telegram.org/mtproto/description (encrypted message), /mtproto/service_messages
(containers, new_session_created), /mtproto/security_guidelines (what is checked).
"""

import struct
import zlib
from hashlib import sha256
from io import BytesIO
from typing import Any

from pyrogram.crypto import aes, mtproto
from pyrogram.raw import types
from pyrogram.raw.core import Bytes, GzipPacked, Message, MsgContainer, TLObject

from procs.telegram.server_clock import CLOCK
from procs.telegram.updates import own_words, sent_updates

#: salt, session, then of the message: number, place, length.
HEAD = struct.Struct("<q8sqii")
INNER = struct.Struct("<qii")
CONTAINER = MsgContainer.ID.to_bytes(4, "little")
GZIP = GzipPacked.ID.to_bytes(4, "little")
RESULT = types.RpcResult.ID.to_bytes(4, "little")
#: The errors of decoding bytes that are no known object.
UNREADABLE = (
    *(KeyError, ValueError, IndexError, TypeError, EOFError, OverflowError, RecursionError),
    *(struct.error, zlib.error),
)
#: Bytes that a packed message may unpack to.
LARGEST = 32 << 20
PADDING = range(12, 1025)


def unpack(b: BytesIO, session_id: bytes, auth_key: bytes, auth_key_id: bytes) -> Message:
    """The message in a packet; its body is a container when it holds several. Raises ValueError
    for a packet that is not from our server: the library closes the connection then."""
    data = b.read()
    if data[:8] != auth_key_id or len(data) < 24 + HEAD.size or len(data) % 16 != 8:
        raise ValueError("not a packet of this key")
    plain = aes.ige256_decrypt(data[24:], *mtproto.kdf(auth_key, data[8:24], False))
    if sha256(auth_key[96:128] + plain).digest()[8:24] != data[8:24]:
        raise ValueError("the message key does not fit")
    _, to, number, place, length = HEAD.unpack_from(plain)
    if to != session_id or number % 2 == 0:
        raise ValueError("a message of another session")
    if length < 0 or length % 4 or len(plain) - HEAD.size - length not in PADDING:
        raise ValueError("the length does not fit")
    CLOCK.note(number)
    return Message(decode_message(plain[HEAD.size : HEAD.size + length]), number, place, length)


def decode_message(body: bytes) -> Any:
    """The contents of a message; each message of a container by itself."""
    try:
        if body[:4] == GZIP:
            body = inflated(body)
        if body[:4] != CONTAINER:
            return decode_object(body)
        return MsgContainer(list(inner(body)))
    except UNREADABLE:
        return types.UpdatesTooLong()


def inner(body: bytes) -> Any:
    """The messages of a container. One whose length is wrong ends it."""
    at = 8
    for _ in range(int.from_bytes(body[4:8], "little")):
        if at + INNER.size > len(body):
            return
        number, place, length = INNER.unpack_from(body, at)
        at += INNER.size
        if length < 0 or at + length > len(body):
            return
        yield Message(decode_body(body[at : at + length]), number, place, length)
        at += length


def decode_body(body: bytes) -> Any:
    """The object in a message's body; `UpdatesTooLong`, after which all that was missed is fetched,
    for one that cannot be read."""
    try:
        return decode_object(inflated(body) if body[:4] == GZIP else body)
    except UNREADABLE:
        return types.UpdatesTooLong()


def decode_object(body: bytes) -> Any:
    """One decoded object. An answer that cannot be decoded is an error of its call. Raises one of
    UNREADABLE."""
    if (sent := sent_updates.of_answer(body, UNREADABLE)) is not None:
        return sent
    if (own := own_words.of_push(body)) is not None:
        return own
    try:
        read = TLObject.read(BytesIO(body))
    except UNREADABLE:
        if body[:4] != RESULT:
            raise
        asked = int.from_bytes(body[4:12], "little", signed=True)
        error = types.RpcError(error_code=500, error_message="ANSWER_UNREADABLE")
        return types.RpcResult(req_msg_id=asked, result=error)
    return types.UpdatesTooLong() if isinstance(read, types.NewSessionCreated) else read


def inflated(body: bytes) -> bytes:
    """The contents of a packed message. Raises ValueError when it unpacks to more than anybody
    sends."""
    packed = Bytes.read(BytesIO(body[4:]))
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    plain = unpacker.decompress(packed, LARGEST)
    if unpacker.unconsumed_tail:
        raise ValueError("a packed message is too large")
    return plain
