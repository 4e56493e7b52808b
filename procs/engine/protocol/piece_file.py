"""A file that comes in pieces (HLS, DASH), and how the next child goes on behind those in it.

Beside `media-0.mp4.part` lies `media-0.mp4.pieces`: what names the list of pieces, and a line for
each that was added, with the bytes of the file behind it. A line is written after its piece, so
what lies behind the last line is half of one.

A site may have another list by now, or other pieces under the same names. So a list of as many
pieces of the same names and parts is asked for the first one, and for the last that lies here; both
are compared. (The names alone: where a site puts keys into addresses, they are in front of the name
or behind it.) yt-dlp has a note of its own, and cannot go by it: with several connections it counts
pieces that came out of turn, and behind those that it leaves out it takes the wrong part of a file
and the wrong key.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from procs.core.disk import MIB

#: What yt-dlp calls a file that is not whole yet, and what it makes of each piece; our own note.
PART_NAME, PIECE_NAME, NOTE_NAME = ".part", ".part-Frag", ".pieces"
#: Bytes of a note that are read: of a film of days, in pieces of two seconds. And of its last line.
NOTE_BYTES, LINE_BYTES = 2 << 20, 24

#: A piece as yt-dlp has it: its address, and where it is a part of a file, from where to where.
Piece = Mapping[str, Any]


class OtherPieces(Exception):
    """What the site sends is not what lies here."""


class PieceFile:
    """The file of this name, which is fetched piece by piece."""

    def __init__(self, name: str) -> None:
        self.part, self.note = Path(f"{name}{PART_NAME}"), Path(f"{name}{NOTE_NAME}")
        #: What names the list of pieces, and the bytes of the file behind each that lies in it.
        self.list, self.ends = self._noted()
        #: Spans of those pieces with which the next ones are compared.
        self.doubted: list[tuple[int, int]] = []

    def settle(self) -> None:
        """Cut off what lies behind the last piece: all of it where nothing is known of it."""
        self.ends = self.ends if self._size() >= self.length() else []
        if not self.ends:
            return self.forget()
        return self._cut()

    def forget(self) -> None:
        """Begin anew."""
        self.list, self.ends, self.doubted = "", [], []
        self.note.unlink(missing_ok=True)
        self._cut()

    def length(self) -> int:
        """Bytes of all pieces that lie here."""
        return self.ends[-1] if self.ends else 0

    def unasked(self) -> tuple[int, int]:
        """How many pieces are not asked for again, and their bytes."""
        if len(self.ends) < 3:
            return 0, 0
        return len(self.ends) - 2, self.ends[-2] - self.ends[0]

    def left(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Those of a list that are to be fetched, the doubted ones first. Raises OtherPieces when
        it is another list than the one of which some lie here."""
        name = named(pieces)
        if not self.ends:
            self.list = name
            self.note.write_text(f"{name}\n", encoding="ascii")
            return list(pieces)
        if name != self.list or len(self.ends) > len(pieces):
            raise OtherPieces
        count = len(self.ends)
        asked = sorted({0, count - 1})
        self.doubted = [(([0, *self.ends])[one], self.ends[one]) for one in asked]
        return [*(pieces[one] for one in asked), *pieces[count:]]

    def has(self, piece: BinaryIO) -> bool:
        """Whether this piece, the next in turn, lies here. Raises OtherPieces when another one does
        in its place."""
        if not self.doubted:
            return False
        start, end = self.doubted.pop(0)
        with self.part.open("rb") as file:
            file.seek(start)
            while start < end:
                lies = file.read(min(MIB, end - start))
                if not lies or piece.read(len(lies)) != lies:
                    raise OtherPieces
                start += len(lies)
        if piece.read(1):
            raise OtherPieces
        return True

    def add(self, size: int) -> None:
        """Note that a piece of so many bytes was added."""
        self.ends.append(self.length() + size)
        with self.note.open("a", encoding="ascii") as note:
            note.write(f"{self.ends[-1]}\n")

    def _cut(self) -> None:
        """Have nothing in the file but those pieces."""
        if self._size() > self.length():
            with self.part.open("r+b") as file:  # the jail knows no truncate(2) by name
                file.truncate(self.length())

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _noted(self) -> tuple[str, list[int]]:
        """What a note says; nothing for one that is none. Its last line may be half of one."""
        if not self.note.is_file():
            return "", []
        with self.note.open("rb") as source:
            name, *lines = source.read(NOTE_BYTES).decode("ascii", "replace").split("\n")
        ends = [int(line) for line in lines[:-1] if line.isascii() and line.isdecimal()]
        rising = all(before < after for before, after in pairwise([0, *ends]))
        return (name, ends) if rising and len(ends) == len(lines) - 1 else ("", [])


def length_of(note: Path) -> int:
    """Bytes of the pieces that a note tells of, by its last line; 0 when it is none. A child wrote
    it: no more of it is read by whoever is not one."""
    if not note.is_file():
        return 0
    with note.open("rb") as source:
        source.seek(max(0, note.stat().st_size - LINE_BYTES))
        line = source.read(LINE_BYTES).removesuffix(b"\n").rpartition(b"\n")[2]
    return int(line) if line.isdigit() else 0


def named(pieces: Iterable[Piece]) -> str:
    """What tells a list of pieces from another: their number, the names of their files, and which
    part of them each is."""
    names = hashlib.sha256()
    for piece in pieces:
        part = piece.get("byte_range") or {}
        name = urlsplit(str(piece.get("url"))).path.rpartition("/")[2]
        names.update(f"{name} {part.get('start')} {part.get('end')}\n".encode())
    return names.hexdigest()
