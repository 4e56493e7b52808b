"""Fetches a file, and sees that all of it came.

A site may send less than was asked for: a shorter part than that from one byte to the end, or a
body that ends with its connection, which may break. Or it sends more than it promised. yt-dlp takes
each for the whole file.
"""

from collections.abc import Callable
from pathlib import Path

from procs.engine.endings import file_end
from procs.engine.endings.verdict import Ending
from procs.engine.protocol.part_file import PartFile
from procs.errors import BrokenOff

#: What yt-dlp says of a file: is it there, did it come just now.
Came = tuple[bool, bool]


def fetch_whole(part: PartFile, fetch: Callable[[], Came]) -> Came:
    """Fetch the file until it is whole. Raises BrokenOff when it does not get there, and what
    `fetch` raises."""
    came = fetch()
    while came[0] and (size := size_of(part.whole)) < part.length():
        reopen(part, size)
        came = fetch()
        if came[0] and size_of(part.whole) <= size:
            raise BrokenOff(f"{size} bytes of {part.length()}")
    if came[0] and 0 < part.length() < size_of(part.whole):
        raise BrokenOff(f"{size_of(part.whole)} bytes of a file of {part.length()}")
    return fetch_again(part, fetch, came) if came[0] and is_doubted(part) else came


def fetch_again(part: PartFile, fetch: Callable[[], Came], came: Came) -> Came:
    """Ask a second time for a file that may have been cut. One that is a little odd, and the same
    both times, is what the site has. Raises as `fetch_whole`."""
    size, ending = size_of(part.whole), file_end.judged(part.whole)
    if ending is Ending.WHOLE:
        return came
    reopen(part, size - 1)  # a file that is whole has a last byte
    came = fetch()
    if not (came[0] and is_doubted(part)):
        return came
    again = file_end.judged(part.whole)
    if again is Ending.CUT or (again is Ending.ODD and size_of(part.whole) < size):
        raise BrokenOff(f"{part.whole.name} ends within its data")
    return came


def is_doubted(part: PartFile) -> bool:
    """Whether nothing but the end of the connection said that the file ends here."""
    return part.open_ended and part.whole.is_file()


def reopen(part: PartFile, size: int) -> None:
    """Let the next fetch go on behind so many bytes."""
    with part.whole.open("r+b") as file:  # the jail knows no truncate(2) by name
        file.truncate(size)
    part.whole.rename(part.part)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0
