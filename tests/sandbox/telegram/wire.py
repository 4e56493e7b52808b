"""The abridged transport, and the envelope of an encrypted message.

Sources: core.telegram.org/mtproto/mtproto-transports (abridged) and /mtproto/description
(encrypted message, padding 12 to 1024, server to client uses x = 8).
"""

import asyncio
import hashlib
import os
import time
from dataclasses import dataclass, field
from typing import Any

from pyrogram.crypto import aes, mtproto

from tests.sandbox.telegram import tl

try:
    from cryptg import decrypt_ige, encrypt_ige
except ImportError:
    decrypt_ige, encrypt_ige = aes.ige256_decrypt, aes.ige256_encrypt

MARK = 0xEF
#: What asyncio may buffer of one connection: two file parts.
BUFFER = 2 << 20
#: Above this many bytes the cipher runs in a thread (it lets other threads run meanwhile).
LARGE = 64 << 10

ANSWER = 1
NOTICE = 3


@dataclass(slots=True)
class Key:
    """One authorisation: what a client's session file holds a copy of.

    `dead`: the error every call gets from now on, such as AUTH_KEY_DUPLICATED; "" while all is
    well. `listener`: the session that updates go to; `waiting` are those it missed while its
    connection was broken.
    """

    secret: bytes
    salt: int
    account: int = 0
    dead: str = ""
    listener: bytes = b""
    waiting: list[Any] = field(default_factory=list)
    #: Sessions that were announced to the client.
    met: set[bytes] = field(default_factory=set)
    #: The data center that made it; no other knows it.
    center: int = 0

    def on_message(self, session: bytes) -> None:
        """Updates go to this session now: the last one that asked for them."""
        if session != self.listener:
            self.listener, self.waiting = session, []

    @property
    def id(self) -> bytes:
        return hashlib.sha1(self.secret).digest()[-8:]


@dataclass(slots=True)
class Envelope:
    """One decrypted message of a client. `body` still is bytes."""

    salt: int
    session: bytes
    id: int
    seq: int
    body: bytes


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The next packet. Raises IncompleteReadError at the end of the stream."""
    size = (await reader.readexactly(1))[0]
    if size == 0x7F:
        size = int.from_bytes(await reader.readexactly(3), "little")
    return await reader.readexactly(size * 4)


def frame(data: bytes) -> bytes:
    size = len(data) // 4
    return (bytes([size]) if size < 0x7F else b"\x7f" + size.to_bytes(3, "little")) + data


def open_packet(key: Key, packet: bytes) -> Envelope:
    """Decrypt and check. Raises ValueError when the message key does not fit."""
    message_key = packet[8:24]
    plain = decrypt_ige(packet[24:], *mtproto.kdf(key.secret, message_key, True))
    if hashlib.sha256(key.secret[88:120] + plain).digest()[8:24] != message_key:
        raise ValueError("message key does not fit")
    return parse(plain)


def peek(key: Key, packet: bytes, size: int) -> Envelope:
    """The first bytes of a packet only, unchecked: the cipher decrypts from the front."""
    aes_key, aes_iv = mtproto.kdf(key.secret, packet[8:24], True)
    return parse(decrypt_ige(packet[24 : 24 + size], aes_key, aes_iv))


def parse(plain: bytes) -> Envelope:
    length = int.from_bytes(plain[28:32], "little")
    return Envelope(
        salt=int.from_bytes(plain[:8], "little", signed=True),
        session=plain[8:16],
        id=int.from_bytes(plain[16:24], "little", signed=True),
        seq=int.from_bytes(plain[24:28], "little"),
        body=plain[32 : 32 + length],
    )


def seal(key: Key, session: bytes, message: int, seq: int, body: bytes) -> bytes:
    """An encrypted packet from the server to `session`."""
    head = key.salt.to_bytes(8, "little", signed=True) + session
    head += message.to_bytes(8, "little", signed=True)
    plain = head + seq.to_bytes(4, "little") + len(body).to_bytes(4, "little") + body
    plain += os.urandom(-(len(plain) + 12) % 16 + 12)
    message_key = hashlib.sha256(key.secret[96:128] + plain).digest()[8:24]
    cipher = encrypt_ige(plain, *mtproto.kdf(key.secret, message_key, False))
    return key.id + message_key + cipher


class MessageIds:
    """Server message ids: rising, of the server's time, which is `ahead` seconds before ours, 1 or
    3 modulo 4."""

    def __init__(self) -> None:
        self.last = 0
        self.ahead = 0.0

    def next(self, kind: int) -> int:
        self.last = max(self.last + 4, int((time.time() + self.ahead) * 2**32) & ~3)
        return self.last + kind

    def refusal(self, number: int) -> int:
        """The error code for a client's message of another time; 0: none. Source:
        core.telegram.org/mtproto/service_messages_about_messages (16, 17)."""
        ahead = number / 2**32 - time.time() - self.ahead
        return 17 if ahead > 30 else 16 if ahead < -300 else 0


def plain_message(message: int, body: Any) -> bytes:
    """An unencrypted packet, as the handshake speaks."""
    data = body.write()
    head = bytes(8) + message.to_bytes(8, "little") + len(data).to_bytes(4, "little")
    return head + bytes(data)


def read_plain(packet: bytes) -> Any:
    return tl.read(packet[20:])
