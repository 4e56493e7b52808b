"""Files that end with a mark: pictures, papers, archives."""

from typing import BinaryIO

from procs.engine.endings.verdict import Ending

#: Bytes of the end in which the mark is: others may follow it.
TAIL_BYTES = 1 << 17
GIF = b"GIF8"
#: How such a file begins, the mark at its end, and what it is without it: nothing opens an archive
#: without its directory, and a picture shows its upper part.
END_MARKS = (
    (b"\x89PNG\r\n\x1a\n", b"IEND", Ending.CUT),
    (b"PK\x03\x04", b"PK\x05\x06", Ending.CUT),
    (b"\xff\xd8\xff", b"\xff\xd9", Ending.ODD),
    (b"%PDF-", b"%%EOF", Ending.ODD),
)
#: The blocks of a GIF: a picture, an extension, the end.
IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
#: Bytes of its head, and of the head of a picture.
GIF_HEAD, IMAGE_HEAD = 13, 9


def ending(source: BinaryIO, size: int, mark: bytes, without: Ending) -> Ending:
    """The verdict on a file that must end with a mark."""
    source.seek(max(0, size - TAIL_BYTES))
    return Ending.WHOLE if mark in source.read() else without


def gif_ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a GIF: it is cut within a picture. Some lack the mark of their end."""
    head = source.read(GIF_HEAD)
    skip_colours(source, head[10] if len(head) == GIF_HEAD else 0)
    while source.tell() < size:
        kind = source.read(1)[0]
        if kind not in (IMAGE, EXTENSION):
            return Ending.WHOLE
        if kind == IMAGE:
            flags = source.read(IMAGE_HEAD)
            skip_colours(source, flags[-1] if flags else 0)
        source.seek(1, 1)  # the width of codes, or the kind of extension
        if not skip_blocks(source):
            return Ending.CUT
    return Ending.CUT if source.tell() > size else Ending.WHOLE


def skip_colours(source: BinaryIO, flags: int) -> None:
    """Pass a table of colours, where these flags say that there is one."""
    if flags & 0x80:
        source.seek(3 << (flags & 7) + 1, 1)


def skip_blocks(source: BinaryIO) -> bool:
    """Pass the data of a picture, block by block. False where the file ends before."""
    while length := source.read(1):
        if not length[0]:
            return True
        source.seek(length[0], 1)
    return False
