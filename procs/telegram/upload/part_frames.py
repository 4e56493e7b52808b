"""Frames and encrypts a file part for the wire.

The library writes a part five times over before it is encrypted, and does so on the event loop;
here a thread reads it, hashes it and encrypts it once. Sources: core.telegram.org/mtproto
(description: message key, padding; TL serialization: strings) and upload.saveFilePart.
"""

import hashlib
import os
from dataclasses import dataclass

from pyrogram.crypto import aes, mtproto
from pyrogram.raw.functions.upload import SaveBigFilePart, SaveFilePart

#: Bytes of padding at least, and what the padded message is a multiple of.
PADDING, BLOCK = 12, 16
#: Where in the key the part lies that a client's messages are hashed with.
HASHED = slice(88, 120)


@dataclass(frozen=True, slots=True)
class FramePiece:
    """One part of an open file. `total` is the number of parts, 0 for a file in the small form."""

    file: int
    upload: int
    number: int
    total: int
    offset: int
    size: int

    def head(self) -> bytes:
        """The call up to the part's bytes."""
        query = SaveBigFilePart.ID if self.total else SaveFilePart.ID
        words = query.to_bytes(4, "little") + self.upload.to_bytes(8, "little")
        words += self.number.to_bytes(4, "little")
        return words + self.total.to_bytes(4, "little", signed=True) if self.total else words

    def read(self) -> bytes:
        """The part's bytes. Raises OSError when the file was cut short meanwhile."""
        data = os.pread(self.file, self.size, self.offset)
        if len(data) != self.size:
            raise FileCut(f"{self.size} bytes wanted at {self.offset}, {len(data)} there")
        return data


class FileCut(OSError):
    """The file is shorter than it was when its upload began."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The keys and numbers by which one message of a session is sealed."""

    key: bytes
    key_id: bytes
    salt: int
    session: bytes
    message: int
    seq: int


def seal(envelope: Envelope, piece: FramePiece) -> bytes:
    """The encrypted message that gives Telegram one part. Reads the file: for a thread."""
    data = piece.read()
    head = piece.head() + size_of(len(data))
    tail = bytes(-(len(head) + len(data)) % 4)
    length = len(head) + len(data) + len(tail)
    front = b"".join(
        (
            envelope.salt.to_bytes(8, "little", signed=True),
            envelope.session,
            envelope.message.to_bytes(8, "little", signed=True),
            envelope.seq.to_bytes(4, "little"),
            length.to_bytes(4, "little"),
            head,
        )
    )
    end = tail + os.urandom(-(len(front) + len(data) + len(tail) + PADDING) % BLOCK + PADDING)
    plain = b"".join((front, data, end))
    del data
    message_key = hashlib.sha256(envelope.key[HASHED] + front)
    message_key.update(memoryview(plain)[len(front) :])
    return encrypted(envelope, plain, message_key.digest()[8:24])


def encrypted(envelope: Envelope, plain: bytes, message_key: bytes) -> bytes:
    """A message for the wire: key id, message key, text encrypted with AES-IGE."""
    cipher = aes.ige256_encrypt(plain, *mtproto.kdf(envelope.key, message_key, True))
    return b"".join((envelope.key_id, message_key, cipher))


def size_of(length: int) -> bytes:
    """The length of a TL string, before its bytes."""
    return bytes([length]) if length < 254 else b"\xfe" + length.to_bytes(3, "little")
