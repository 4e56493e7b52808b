"""The frames of MPEG audio (ISO/IEC 11172-3) and of AAC in ADTS (ISO/IEC 13818-7): each states its
length, and the first one of an MP3 often the size of all (Xing, Info, VBRI)."""

from collections.abc import Callable
from typing import BinaryIO

from procs.engine.endings.verdict import Ending, of_sizes

#: Tags in front, which state their size, and behind (ID3v1), which have one size.
ID3, ID3_HEAD, TAG, TAG_BYTES = b"ID3", 10, b"TAG", 128
#: Bytes in which the first frame lies, and of the end that are looked at.
FIRST_WITHIN, TAIL_BYTES = 8192, 32768
#: Frames that must follow one another before a place is taken for one.
CHAIN = 4
#: Where VBRI stands behind a frame's head, and its size within it; the flags of Xing's fields.
VBRI_AT, VBRI_SIZE, HAS_FRAMES, HAS_BYTES = 36, 10, 1, 2
#: Kilobits a second by index, for MPEG-1 and for MPEG-2, layer III; samples a second.
BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
SAMPLE_RATES = (44100, 48000, 32000)
MPEG1, LAYER3 = 3, 1

Length = Callable[[bytes], int]


def mp3_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on an MP3 of this size."""
    start = behind_tag(source)
    source.seek(start)
    head = source.read(FIRST_WITHIN)
    at = next((i for i in range(len(head)) if is_chain(head, i, mp3_frame)), None)
    if at is None:
        return Ending.WHOLE
    if stated := stated_size(head[at:]):
        return of_sizes(size - start - at, stated)
    return tail_ending(source, size, mp3_frame)


def adts_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on an AAC of this size."""
    return tail_ending(source, size, adts_frame)


def behind_tag(source: BinaryIO) -> int:
    """Where a file begins behind the tag in front of it."""
    head = source.read(ID3_HEAD)
    if not head.startswith(ID3) or len(head) < ID3_HEAD:
        return 0
    return ID3_HEAD + sum(byte << (7 * place) for place, byte in enumerate(reversed(head[6:10])))


def stated_size(frame: bytes) -> int:
    """Bytes of all frames, by what stands in the first one; 0 when it does not say."""
    for name in (b"Xing", b"Info"):
        if (at := frame.find(name, 0, VBRI_AT + 4)) > 0:
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            at += 12 if flags & HAS_FRAMES else 8
            return int.from_bytes(frame[at : at + 4], "big") if flags & HAS_BYTES else 0
    if frame[VBRI_AT : VBRI_AT + 4] == b"VBRI":
        at = VBRI_AT + VBRI_SIZE
        return int.from_bytes(frame[at : at + 4], "big")
    return 0


def tail_ending(source: BinaryIO, size: int, length: Length) -> Ending:
    """Whether the last frame is whole. A recording may end anywhere, so it is odd at most."""
    source.seek(max(0, size - TAIL_BYTES))
    tail = source.read(TAIL_BYTES)
    if tail[-TAG_BYTES:].startswith(TAG):
        return Ending.WHOLE
    at = next((i for i in range(len(tail)) if is_chain(tail, i, length)), None)
    while at is not None and at < len(tail):
        step = length(tail[at : at + 8])
        if not step:
            return Ending.ODD if len(tail) - at < 8 and tail[at] == 0xFF else Ending.WHOLE
        at += step
    return Ending.ODD if at is not None and at > len(tail) else Ending.WHOLE


def is_chain(data: bytes, at: int, length: Length) -> bool:
    """Whether frames follow one another from here on."""
    for _ in range(CHAIN):
        step = length(data[at : at + 8])
        if not step:
            return False
        at += step
        if at >= len(data):
            return False
    return True


def mp3_frame(head: bytes) -> int:
    """The length of a frame of layer III by its head; 0 for what is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != LAYER3 or bitrate in (0, 15) or rate == 3:
        return 0
    full = version == MPEG1
    bits = BITRATES[not full][bitrate] * 1000
    samples = SAMPLE_RATES[rate] >> (MPEG1 - version if version else 2)
    return (144 if full else 72) * bits // samples + padding


def adts_frame(head: bytes) -> int:
    """The length of a frame of AAC by its head; 0 for what is none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0
