"""The order of an mp4's boxes (ISO/IEC 14496-12): can it be played while it arrives?"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: More top-level boxes than that means fragments, whatever they are called.
MOST = 64


def is_streamable(path: Path) -> bool:
    """True when the index (moov) comes before the data (mdat), and the file is in one piece."""
    with open(path, "rb") as source:
        names = list(boxes(source))
    if b"moof" in names or len(names) >= MOST:
        return False
    return b"moov" in names and b"mdat" in names and names.index(b"moov") < names.index(b"mdat")


def boxes(source: BinaryIO) -> Iterator[bytes]:
    """Names of the top-level boxes, in order."""
    for _ in range(MOST):
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
