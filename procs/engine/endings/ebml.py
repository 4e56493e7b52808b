"""The elements of Matroska and WebM (RFC 8794, RFC 9559): the segment states its size, or else each
cluster, or else each block."""

import struct
from typing import BinaryIO

from procs.engine.endings.verdict import LACKING, Ending, of_sizes

MAGIC = b"\x1a\x45\xdf\xa3"
SEGMENT, INFO, CLUSTER, TIMESTAMP = 0x18538067, 0x1549A966, 0x1F43B675, 0xE7
SCALE, DURATION = 0x2AD7B1, 0x4489
#: Nanoseconds of a tick where the file does not say.
USUAL_SCALE = 1_000_000
#: Elements of a file that are walked through: four hours of film have as many blocks.
MOST_ELEMENTS = 1_000_000
#: Seconds by which the last cluster may begin before the end that is stated, beside `LACKING`.
LAST_CLUSTER = 12.0
#: Bytes of a segment's description, and of a number, that are read.
INFO_BYTES, NUMBER_BYTES = 1 << 16, 8

Element = tuple[int, int | None]


def ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size."""
    head = element(source)
    source.seek((head[1] or 0) if head else 0, 1)
    segment = element(source)
    if segment is None or segment[0] != SEGMENT:
        return Ending.WHOLE
    if segment[1] is not None:
        return of_sizes(size - source.tell(), segment[1])
    return walk(source, size)


def walk(source: BinaryIO, size: int) -> Ending:
    """The verdict on a segment that states no size: it must end with an element, and last."""
    duration, last = 0.0, 0
    for _ in range(MOST_ELEMENTS):
        if source.tell() >= size:
            return Ending.CUT if is_early(last, duration) else Ending.WHOLE
        one = element(source)
        if one is None:
            return Ending.CUT if source.tell() >= size else Ending.WHOLE
        name, length = one
        end = source.tell() + (length or 0)
        if end > size:
            return Ending.CUT
        if name == INFO:
            duration = length_of(source.read(min(length or 0, INFO_BYTES)))
        elif name == TIMESTAMP:
            last = moment(source, length)
        elif name == CLUSTER and length and (first := element(source)):
            last = moment(source, first[1])
        source.seek(end)
    return Ending.WHOLE


def moment(source: BinaryIO, length: int | None) -> int:
    """The instant of a cluster, in ticks."""
    return int.from_bytes(source.read(min(length or 0, NUMBER_BYTES)), "big")


def is_early(last: int, duration: float) -> bool:
    """Whether the last cluster begins (in milliseconds) long before the stated end in seconds."""
    return last / 1000 < duration * (1 - LACKING) - LAST_CLUSTER


def length_of(info: bytes) -> float:
    """Seconds that a segment states; 0 when it says none, or counts in unusual ticks."""
    at, told = 0, 0.0
    while at < len(info):
        name, at = number(info, at, keep=True)
        length, at = number(info, at)
        value, at = info[at : at + length], at + length
        if name == SCALE and int.from_bytes(value, "big") != USUAL_SCALE:
            return 0.0
        if name == DURATION and len(value) in (4, 8):
            told = struct.unpack(">f" if len(value) == 4 else ">d", value)[0] / 1000
    return told


def number(data: bytes, at: int, *, keep: bool = False) -> tuple[int, int]:
    """A number of variable length, with its mark or without, and where the next begins."""
    width = 9 - data[at].bit_length() if at < len(data) else 9
    value = int.from_bytes(data[at : at + width], "big")
    return (value if keep else value & ((1 << (7 * width)) - 1)), at + width


def element(source: BinaryIO) -> Element | None:
    """The name and the length of the next element, None as its length when it states none; None at
    the end of the file, and for what is no element."""
    name, _ = varied(source, 4)
    length, unknown = varied(source, 8)
    if name is None or length is None:
        return None
    return name[0], None if unknown else length[1]


def varied(source: BinaryIO, most: int) -> tuple[tuple[int, int] | None, bool]:
    """A number of at most so many bytes, as it stands there and without its mark, and whether all
    its bits are set; None at the end."""
    first = source.read(1)
    width = 9 - first[0].bit_length() if first else 9
    rest = source.read(width - 1) if width <= most else b""
    if width > most or len(rest) < width - 1:
        return None, False
    raw = int.from_bytes(first + rest, "big")
    bits = (1 << (7 * width)) - 1
    return (raw, raw & bits), raw & bits == bits
