"""The order of an mp4's boxes (ISO/IEC 14496-12): can it be played while it arrives?"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from procs.core import disk

#: More top-level boxes than that means fragments, whatever they are called.
BOXES_READ = 64
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


def boxes(source: BinaryIO) -> Iterator[bytes]:
    """Names of the top-level boxes, in order."""
    for _ in range(BOXES_READ):
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
