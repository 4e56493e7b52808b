"""The boxes of an mp4 (ISO/IEC 14496-12): can it be played while it arrives, and is it whole?"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from procs.core import disk

#: More top-level boxes than that means fragments, whatever they are called.
BOXES_READ = 64
#: Top-level boxes of a file in fragments: two for each, and a film of a day has 30,000 of them.
FRAGMENTS_READ = 100_000
#: The part of a file's data that may be missing: some end a little early and play well.
LACKING = 0.1
#: Bytes of an index that are looked through.
INDEX = 64 << 20


def is_streamable(path: Path) -> bool:
    """True when the index (moov) comes before the data (mdat), and the file is in one piece. Raises
    OSError."""
    with os.fdopen(disk.opened(path), "rb") as source:
        names = list(boxes(source))
    if b"moof" in names or len(names) >= BOXES_READ:
        return False
    return b"moov" in names and b"mdat" in names and names.index(b"moov") < names.index(b"mdat")


def will_stream(path: Path) -> bool | None:
    """Whether a file that is still coming will be playable as it is: its index in front, and in it
    codecs that a film is not repacked for. None while too little of it is there. Who writes it is
    not trusted. Raises OSError."""
    with os.fdopen(disk.opened(path), "rb") as source:
        names, index = [], b""
        for name in boxes(source):
            if name == b"moov":
                start = source.tell()
                index = source.read(INDEX)
                source.seek(start)
            names.append(name)
    if b"mdat" not in names:
        return None if len(names) < BOXES_READ else False
    if b"moof" in names or b"moov" not in names[: names.index(b"mdat")]:
        return False
    return b"avc1" in index and (b"mp4a" in index or b"soun" not in index)


def is_cut(path: Path) -> bool:
    """Whether an mp4 ends within its data: of a file in one piece by more than a little, of one in
    fragments at all, since nobody knows how many were to follow. Its index may stand in front and
    tell the duration of the whole. Raises OSError."""
    with os.fdopen(disk.opened(path), "rb") as source:
        found = [(name, source.tell()) for name in boxes(source, FRAGMENTS_READ)]
        end, size = source.tell(), os.fstat(source.fileno()).st_size
    if not found or found[0][0] != b"ftyp" or end <= size:
        return False
    last, start = found[-1]
    if any(name == b"moof" for name, _ in found):
        return last in (b"moof", b"mdat")
    return last == b"mdat" and end - size > LACKING * (end - start)


def boxes(source: BinaryIO, most: int = BOXES_READ) -> Iterator[bytes]:
    """Names of the top-level boxes, in order."""
    for _ in range(most):
        head = source.read(8)
        if len(head) < 8:
            return
        size, name = int.from_bytes(head[:4], "big"), head[4:]
        yield name
        if size == 1:  # the true size follows
            size = int.from_bytes(source.read(8), "big") - 8
        if size < 8:  # 0: up to the end of the file; else damaged
            return
        source.seek(size - 8, 1)
