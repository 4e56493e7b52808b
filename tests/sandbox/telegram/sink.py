"""Load tests: read only the front of a file part, and count the rest."""

from pyrogram import raw

from tests.sandbox.telegram.wire import Envelope, Key, peek

#: Enough for the envelope, a wrapper, the part's own fields and its length.
FRONT = 96
WRAPPER = raw.functions.InvokeWithoutUpdates.ID.to_bytes(4, "little")
SMALL = raw.functions.upload.SaveFilePart.ID.to_bytes(4, "little")
BIG = raw.functions.upload.SaveBigFilePart.ID.to_bytes(4, "little")


def open_part(key: Key, packet: bytes) -> Envelope:
    """The call as it came, but with zeros for the part's bytes, which stay encrypted.

    Raises ValueError when it is not a file part.
    """
    message = peek(key, packet, FRONT)
    fields = message.body.removeprefix(WRAPPER)
    size = {SMALL: 16, BIG: 20}.get(fields[:4])
    if size is None:
        raise ValueError("a large packet that is not a file part")
    length = int.from_bytes(fields[size + 1 : size + 4], "little")
    message.body = fields[: size + 4] + bytes(length + -length % 4)
    return message
