"""Still pictures: whether Telegram takes one as a photo, read from its first bytes, with no
decoder."""

import os
import re
from pathlib import Path
from typing import BinaryIO

from procs.core import disk
from procs.core.disk import MIB

#: Telegram's limits of a photo: bytes, width and height together, and how long a strip may be.
PHOTO_BYTES = 10 * MIB
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
#: JPEG's start-of-frame markers; C4, C8 and CC are other things (ITU-T T.81, table B.1).
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
NEWER = rb"RIFF....WEBP|....ftyp(?:avif|heic|heix|mif1)"
STILL = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|" + NEWER, re.S)
#: Those that no chat shows as a photo, and a WebP that moves (RFC 9649: the flag of its VP8X).
UNSHOWN = re.compile(rb"BM|" + NEWER, re.S)
MOVING = re.compile(rb"RIFF....WEBPVP8X....[\x02\x03\x12\x13\x22\x23\x32\x33]", re.S)


def is_still(path: Path) -> bool:
    """Whether it is a picture by its first bytes. (A GIF may move: a document shows that too.)"""
    with os.fdopen(disk.opened(path), "rb") as source:
        return STILL.match(source.read(16)) is not None


def is_unshown(path: Path) -> bool:
    """Whether it is a still picture in a form that a chat shows only as a file, or as a sticker."""
    with os.fdopen(disk.opened(path), "rb") as source:
        head = source.read(32)
    return UNSHOWN.match(head) is not None and MOVING.match(head) is None


def photo_size(path: Path) -> tuple[int, int] | None:
    """Width and height when Telegram takes it as a photo, else None."""
    with os.fdopen(disk.opened(path), "rb") as source:
        size = dimensions(source)
    if size is None or not all(size):
        return None
    fits = path.lstat().st_size <= PHOTO_BYTES and sum(size) <= PHOTO_SIDES
    return size if fits and max(size) <= PHOTO_RATIO * min(size) else None


def dimensions(source: BinaryIO) -> tuple[int, int] | None:
    """Width and height of a PNG or a JPEG."""
    head = source.read(24)
    if head.startswith(PNG):
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return jpeg(source) if head.startswith(JPEG) else None


def jpeg(source: BinaryIO) -> tuple[int, int] | None:
    """From segment to segment until the one that begins the frame."""
    source.seek(2)
    while (head := source.read(4))[:1] == b"\xff" and len(head) == 4:
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker in FRAMES:
            frame = source.read(5)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        source.seek(max(length, 2) - 2, 1)
    return None
