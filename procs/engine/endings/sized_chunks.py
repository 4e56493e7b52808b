"""Files of chunks that state their size: those of RIFF (WAV, AVI, WebP), the boxes of an mp4
(ISO/IEC 14496-12), the tags of FLV."""

from typing import BinaryIO

from procs.engine.endings.verdict import Ending, of_sizes

RIFF, FTYP, FLV = b"RIFF", b"ftyp", b"FLV"
#: Bytes of the head of a tag of FLV, which states the size of its data; the size of the whole tag
#: follows it.
TAG_HEAD, TAG_SIZE = 11, 4
#: From this size on a writer that could not go back said none.
NO_SIZE = 0x7FFFF000
#: Boxes of an mp4 that are walked through: two for each fragment.
MOST_BOXES = 100_000


def riff_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size by its first chunk. (An AVI may have several.)"""
    stated = int.from_bytes(source.read(8)[4:], "little")
    return of_sizes(size - 8, stated) if stated < NO_SIZE else Ending.WHOLE


def mp4_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size by its last box. Of one in fragments nobody knows how many
    were to follow."""
    names: list[bytes] = []
    at, length = 0, 0
    while len(names) < MOST_BOXES and at + length < size:
        at += length
        source.seek(at)
        head = source.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or len(head) < 8:
            return Ending.CUT if length == 0 and b"moov" not in names else Ending.WHOLE
        names.append(name)
    if b"moof" in names and at + length > size:
        return Ending.CUT
    if b"moov" not in names and b"mdat" in names:
        return Ending.CUT
    return of_sizes(size - at, length)


def flv_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size: the last tag must be whole. A recording may end anywhere,
    so it is odd at most."""
    source.seek(max(0, size - TAG_SIZE))
    length = int.from_bytes(source.read(TAG_SIZE), "big")
    source.seek(max(0, size - TAG_SIZE - length))
    stated = int.from_bytes(source.read(4)[1:], "big")
    return Ending.WHOLE if stated + TAG_HEAD == length else Ending.ODD
