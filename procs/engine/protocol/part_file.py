"""Files that were fetched in part: how the next child goes on with one, and notices that the site
has another file by now.

Beside `media-0.mp4.part` lies `media-0.mp4.head`, with what the site said of the whole file (its
ETag, its Last-Modified, its length). A child appends to its file only, so what lies there is the
beginning of what the site sent. It is continued when what the site says now is the same, by
If-Range (RFC 9110, 13.1.5) and by comparison, since not every site heeds that. Otherwise the file
is fetched from its beginning.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from procs.core import codec, disk
from procs.engine.protocol import byte_range, piece_file
from procs.engine.protocol.piece_file import NOTE_NAME, PART_NAME, PIECE_NAME

#: Beside a file that is not whole yet; what yt-dlp calls one stream of several, and a whole file.
HEAD_NAME = ".head"
STREAM = re.compile(r"media-\d+\.f[\w-]+\.\w+")
WHOLE_NAME = re.compile(r"media-\d+\.\w+")
PARTIAL = re.compile(r"media-\d+\.(?:f[\w-]+\.)?\w+\.part")
#: What lies beside a file that can be gone on with.
BESIDE = (HEAD_NAME, NOTE_NAME)
#: Bytes of what a site says of a file.
HEAD_BYTES = 4096
#: Bytes that are compared with the site's where it says of a file how long it is, and nothing else.
COMPARED = 64 * 1024


def keep_parts(folder: Path) -> int:
    """Keep of a folder that a dead child left what another one can go on with, and nothing else:
    the number of such files. Each loses its last byte, also one that was whole, so that the site
    is asked for it and says which file it has; one that came in pieces has a note of them. A file
    that came in another way has neither beside it, and goes. Raises OSError."""
    kept: set[str] = set()
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(PART_NAME)
        size = path.stat().st_size if is_partial(path) else 0
        beside = next((one for one in BESIDE if (folder / f"{name}{one}").is_file()), None)
        if size > 1 and beside:
            if beside == HEAD_NAME:
                os.truncate(path, size - 1)
            path.rename(folder / f"{name}{PART_NAME}")
            kept |= {f"{name}{PART_NAME}", f"{name}{beside}"}
    for path in folder.iterdir():
        if path.name not in kept:
            disk.remove(path)
    return len(kept) // 2


def is_partial(path: Path) -> bool:
    """Whether this is a file of which a part came, or one that is whole: a stream of several, or a
    media of several as the site sent it."""
    if not path.is_file():
        return False
    if PARTIAL.fullmatch(path.name):
        return True
    if length := piece_file.length_of(path.with_name(f"{path.name}{NOTE_NAME}")):
        return length == path.stat().st_size
    if WHOLE_NAME.fullmatch(path.name):
        return PartFile(str(path)).said().get("length") == path.stat().st_size
    return bool(STREAM.fullmatch(path.name))


def forget_notes(folder: Path) -> None:
    """Remove what lies beside files that are whole by now."""
    for name in BESIDE:
        for path in folder.glob(f"*{name}"):
            path.unlink()


def forget_pieces(folder: Path) -> None:
    """Remove pieces that are in no file yet: the next address may lead to others."""
    for path in folder.glob(f"*{PIECE_NAME}*"):
        path.unlink()


class PartFile:
    """The file of this name, which is being fetched."""

    def __init__(self, name: str) -> None:
        self.part, self.head = Path(f"{name}{PART_NAME}"), Path(f"{name}{HEAD_NAME}")
        self.whole = Path(name)
        #: Whether its last answer ends with nothing but its connection.
        self.open_ended = False

    def conditional(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of a request, changed so that a file which is another one by now comes
        whole."""
        start = byte_range.start_of(headers)
        if not start:
            return dict(headers)
        said = self.said()
        if not said or start > (said.get("length") or start):
            return byte_range.whole(headers)
        tag = str(said.get("etag") or "")
        return {**headers, **({"If-Range": tag} if tag.startswith('"') else {})}

    def is_other(self, headers: Mapping[str, str], status: int, answer: Any) -> bool:
        """Whether a part came that belongs to another file than what lies here, or to another
        place in it."""
        start = byte_range.start_of(headers)
        if status != byte_range.PARTLY or not start:
            return False
        now, said = byte_range.told(status, answer), self.said()
        other = any(now.get(name) != said.get(name) for name in byte_range.VERSIONS)
        other = other or now.get("length") != said.get("length", now.get("length"))
        return other or not byte_range.fits(headers, answer, shorter=True)

    def doubted(self, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The bytes in front of those that a request asks for, and the place of the first of them
        in the file, where nothing but its length tells whether the site still has the same one.
        None of them where nothing has to be compared."""
        start, said = byte_range.start_of(headers), self.said()
        known = not said or any(name in said for name in byte_range.VERSIONS)
        if known or not self.part.is_file() or self.part.stat().st_size != start:
            return start, b""
        with self.part.open("rb") as file:
            first = file.seek(max(1, start - COMPARED))
            return first, file.read()

    def length(self) -> int:
        """Bytes of the whole file as the site says; 0 when it does not."""
        return int(self.said().get("length") or 0)

    def note(self, headers: Mapping[str, str], status: int, answer: Any) -> None:
        """Keep what the site says of the file, at each answer. What lies here of an earlier one
        goes first, lest it be taken for the beginning of the next."""
        said = byte_range.told(status, answer)
        goes_on = status == byte_range.PARTLY and byte_range.start_of(headers)
        if not goes_on and self.part.exists():
            self.part.write_bytes(b"")
        if said != self.said():
            self.head.write_text(codec.dump(said), encoding="utf-8")

    def said(self) -> dict[str, Any]:
        """What the site said of the file that lies here, nothing when that is unknown."""
        try:
            with open(self.head, "rb") as source:
                said = codec.load(source.read(HEAD_BYTES))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}
