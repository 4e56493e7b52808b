"""The frames of FLAC (RFC 9639): each has its number, and the file states the samples of all."""

from typing import BinaryIO

from procs.engine.endings.verdict import Ending, of_sizes

MAGIC = b"fLaC"
#: Bytes of the end that are looked at: the longest usual frame is 64 KiB.
TAIL_BYTES = 1 << 17
#: Bytes of a frame's head at most; the polynomial of the checksum that ends it (9.1.8).
FRAME_HEAD, POLYNOMIAL = 16, 0x07
FIXED, VARIABLE = b"\xff\xf8", b"\xff\xf9"


def ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size."""
    head = source.read(26)
    block = int.from_bytes(head[8:10], "big")
    total = int.from_bytes(head[18:26], "big") & ((1 << 36) - 1)
    if len(head) < 26 or not total or head[4] & 0x7F:
        return Ending.WHOLE
    source.seek(max(0, size - TAIL_BYTES))
    last = last_sample(source.read(TAIL_BYTES), block)
    # The last block may be shorter than the others, but no longer.
    return Ending.WHOLE if last is None else of_sizes(last + block, total)


def last_sample(tail: bytes, block: int) -> int | None:
    """The first sample of the last frame whose head is there; None where none is."""
    at = len(tail)
    while (at := max(tail.rfind(FIXED, 0, at), tail.rfind(VARIABLE, 0, at))) >= 0:
        if (told := coded_number(tail[at : at + FRAME_HEAD])) is not None:
            return told if tail[at + 1] & 1 else told * block
    return None


def coded_number(head: bytes) -> int | None:
    """The number of a frame, or of its first sample; None for what is no head of one."""
    if len(head) < 6 or head[2] >> 4 == 0 or head[2] & 15 == 15 or head[3] & 1:
        return None
    extra = 0 if head[4] < 0x80 else 7 - (head[4] ^ 0xFF).bit_length()
    more = head[5 : 5 + extra]
    if (head[4] >= 0x80 and extra < 1) or any(one >> 6 != 2 for one in more):
        return None
    end = 5 + extra + {6: 1, 7: 2}.get(head[2] >> 4, 0)
    end += {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    if len(head) <= end or checksum(head[:end]) != head[end]:
        return None
    value = head[4] & (0x7F if not extra else (1 << (6 - extra)) - 1)
    for one in more:
        value = value << 6 | one & 0x3F
    return value


def checksum(data: bytes) -> int:
    """The checksum of a frame's head."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ (POLYNOMIAL if value & 0x80 else 0)) & 0xFF
    return value
