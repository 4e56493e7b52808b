"""The size of a picture, from its first bytes: no decoder reads a file that was not checked yet."""

import re
from collections.abc import Callable

#: Bytes that are enough for it, but for pictures with much beside them.
FIRST = 64 * 1024
#: JPEG's start-of-frame markers; C4, C8 and CC are other things (ITU-T T.81, table B.1).
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}

Size = tuple[int, int]


def png(head: bytes) -> Size | None:
    """Width and height from the IHDR chunk."""
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def gif(head: bytes) -> Size | None:
    """Width and height of the logical screen."""
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def bmp(head: bytes) -> Size | None:
    """Width and height; a height below 0 means rows from top to bottom."""
    return int.from_bytes(head[18:22], "little"), abs(int.from_bytes(head[22:26], "little"))


def jpeg(head: bytes) -> Size | None:
    """From segment to segment until the one that begins the frame."""
    place = 2
    while head[place : place + 1] == b"\xff" and place + 9 <= len(head):
        if head[place + 1] in FRAMES:
            height, width = head[place + 5 : place + 7], head[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        place += 2 + max(2, int.from_bytes(head[place + 2 : place + 4], "big"))
    return None


def webp(head: bytes) -> Size | None:
    """The three forms of the container's first chunk (RFC 9649)."""
    kind, body = head[12:16], head[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    return width & 0x3FFF, height & 0x3FFF


def heif(head: bytes) -> Size | None:
    """The largest `ispe` property (ISO/IEC 23008-12), of AVIF and HEIC."""
    found = [head[match.end() + 4 : match.end() + 12] for match in re.finditer(rb"ispe", head)]
    sizes = [(int.from_bytes(one[:4], "big"), int.from_bytes(one[4:], "big")) for one in found]
    return max(sizes, default=None)


PICTURE_READERS: tuple[tuple[bytes, Callable[[bytes], Size | None]], ...] = (
    (rb"\x89PNG\r\n\x1a\n", png),
    (rb"\xff\xd8\xff", jpeg),
    (rb"GIF8", gif),
    (rb"RIFF....WEBP", webp),
    (rb"....ftyp(?:avif|avis|heic|heix|mif1)", heif),
    (rb"BM", bmp),
)


def size(head: bytes) -> Size | None:
    """Width and height of the picture that begins so; (0, 0) where it is one and does not say,
    None for what is no picture."""
    for begin, reader in PICTURE_READERS:
        if re.match(begin, head, re.S):
            return reader(head) or (0, 0)
    return None
