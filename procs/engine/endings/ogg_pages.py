"""The pages of Ogg (RFC 3533): the last one of a stream is marked."""

from typing import BinaryIO

from procs.engine.endings.verdict import Ending

MAGIC = b"OggS"
#: Bytes of a page at most, and of its head without the table of its segments.
PAGE_BYTES, PAGE_HEAD = 65307, 27
#: Where the flags and the number of segments stand in a head; the mark of the last page.
FLAGS_AT, SEGMENTS_AT, LAST = 5, 26, 4


def ending(source: BinaryIO, size: int) -> Ending:
    """The verdict on a file of this size: a page that is not whole, or is not the last, ends none
    but one that was cut."""
    source.seek(max(0, size - PAGE_BYTES))
    tail = source.read(PAGE_BYTES)
    at = tail.rfind(MAGIC)
    while at >= 0 and page_bytes(tail[at:]) == 0 and len(tail) - at > PAGE_HEAD + 255:
        at = tail.rfind(MAGIC, 0, at)  # the name of a page within the data of one
    if at < 0:
        return Ending.WHOLE
    page = tail[at:]
    if len(page) < PAGE_HEAD or len(page) < page_bytes(page) or not page_bytes(page):
        return Ending.CUT
    return Ending.WHOLE if page[FLAGS_AT] & LAST else Ending.CUT


def page_bytes(page: bytes) -> int:
    """The length of a page by its head; 0 for one whose head is not whole."""
    if len(page) < PAGE_HEAD or page[4]:
        return 0
    table = page[PAGE_HEAD : PAGE_HEAD + page[SEGMENTS_AT]]
    if len(table) < page[SEGMENTS_AT]:
        return 0
    return PAGE_HEAD + len(table) + sum(table)
