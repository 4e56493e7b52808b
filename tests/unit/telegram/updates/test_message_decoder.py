"""What Telegram sends, read message by message."""

import os
import struct
from hashlib import sha256
from io import BytesIO

import pytest
from pyrogram.crypto import aes, mtproto
from pyrogram.raw import functions, types
from pyrogram.raw.core import MsgContainer

from procs.telegram.updates.message_decoder import decode_message, unpack
from tests.sandbox.telegram.habits import UNKNOWN

KEY, SESSION = os.urandom(256), os.urandom(8)


def sealed(body: bytes, session: bytes = SESSION, number: int = 5) -> bytes:
    plain = struct.pack("<q8sqii", 1, session, number, 1, len(body)) + body
    plain += os.urandom(-(len(plain) + 12) % 16 + 12)
    message_key = sha256(KEY[96:128] + plain).digest()[8:24]
    cipher = aes.ige256_encrypt(plain, *mtproto.kdf(KEY, message_key, False))
    return bytes(8) + message_key + bytes(cipher)


def test_a_message_in_a_container_is_read_whatever_is_beside_it():
    pong = types.Pong(msg_id=1, ping_id=2).write()
    inner = [UNKNOWN, pong, b"\xff" * 8, pong]
    body = MsgContainer.ID.to_bytes(4, "little") + len(inner).to_bytes(4, "little")
    for place, one in enumerate(inner):
        body += struct.pack("<qii", 9 + 4 * place, 1, len(one)) + one
    read = unpack(BytesIO(sealed(body)), SESSION, KEY, bytes(8))
    assert [type(one.body) for one in read.body.messages] == [
        *(types.UpdatesTooLong, types.Pong, types.UpdatesTooLong, types.Pong)
    ]


def test_a_container_that_is_cut_off_gives_what_is_whole():
    pong = types.Pong(msg_id=1, ping_id=2).write()
    body = MsgContainer.ID.to_bytes(4, "little") + (3).to_bytes(4, "little")
    body += struct.pack("<qii", 9, 1, len(pong)) + pong + struct.pack("<qii", 13, 1, 999) + pong
    assert [type(one.body) for one in decode_message(body).messages] == [types.Pong]


def test_an_answer_that_nobody_can_read_is_an_error_of_its_call():
    result = types.RpcResult.ID.to_bytes(4, "little") + (77).to_bytes(8, "little") + UNKNOWN
    read = decode_message(result)
    assert (read.req_msg_id, read.result.error_code) == (77, 500)


def test_a_session_made_anew_means_that_updates_may_be_missing():
    news = types.NewSessionCreated(first_msg_id=1, unique_id=2, server_salt=3)
    assert isinstance(decode_message(news.write()), types.UpdatesTooLong)


@pytest.mark.parametrize("size", [*range(0, 64, 7), 1000])
def test_noise_is_refused_and_raises_nothing_else(size):
    decode_message(os.urandom(size))
    packet = sealed(functions.Ping(ping_id=1).write())
    for bad in (os.urandom(size), packet[:-1], packet[:40], packet[:-16] + os.urandom(16)):
        with pytest.raises(ValueError, match="not a packet|not fit|another session"):
            unpack(BytesIO(bad), SESSION, KEY, bytes(8))
    with pytest.raises(ValueError, match="not a packet|not fit|another session"):
        unpack(BytesIO(sealed(b"1234", session=os.urandom(8))), SESSION, KEY, bytes(8))
