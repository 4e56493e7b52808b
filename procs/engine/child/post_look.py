"""A post that gallery-dl read at a look, kept for the download that follows: its page is not asked
again, and neither is gallery-dl.

What is kept is what gallery-dl printed. The files are fetched from the addresses that it found, as
a browser does that has the page open; where the site does not give them so, gallery-dl reads the
post anew.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yt_dlp.networking import Request
from yt_dlp.utils import YoutubeDLError

from procs.core import codec
from procs.engine.protocol.messages import LOOK_FILE, MIB, Order, check_scheme
from procs.engine.protocol.progress_meter import DownloadMeter
from procs.engine.ytdlp import loader, look_cache
from procs.errors import JobError, TooLarge
from procs.wishes.filenames import fit, free

#: The name of the record in what a look keeps.
POST = "post"
#: Bytes that are read at a time.
CHUNK = MIB // 4

Told = list[Any]


def write(told: Told) -> None:
    """Leave what was read of a post in the job's folder."""
    body = zlib.compress(codec.dump({POST: told}).encode())
    if len(body) <= look_cache.PACKED:
        Path(LOOK_FILE).write_bytes(body)


def read(order: Order) -> Told:
    """What an earlier look left of a post; nothing where it left something else, or nothing."""
    if not order.kept:
        return []
    told = look_cache.unpacked().get(POST)
    return told if isinstance(told, list) else []


def fetched(
    ydl: loader.Loader, order: Order, files: Sequence[Any], meter: DownloadMeter
) -> list[str]:
    """Fetch files into the folder. Returns their names; none where one of them does not come so,
    and then none is left there."""
    brought: list[Path] = []
    room = order.limit("album")
    try:
        for one in files:
            path = free(Path(name_of(one)))
            brought.append(path)
            room -= download(ydl, order, str(one[1]), path, room)
            meter({"filename": path.name, "downloaded_bytes": path.stat().st_size})
    except (YoutubeDLError, JobError, OSError, ValueError):
        for path in brought:
            path.unlink(missing_ok=True)
        meter.done.clear()
        return []
    return [path.name for path in brought]


def download(ydl: loader.Loader, order: Order, url: str, path: Path, room: int) -> int:
    """Fetch one file, of at most `room` bytes. Returns its size. Raises what yt-dlp raises,
    TooLarge, ValueError for what is no file."""
    check_scheme(url)
    size = 0
    request = Request(url, headers={"Referer": order.url})
    with ydl.urlopen(request) as answer, open(path, "xb") as file:
        if "text/html" in (answer.headers.get("Content-Type") or ""):
            raise ValueError("a page in place of a file")
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise TooLarge(f"{size} bytes and more, {room} are left")
            file.write(chunk)
    if not size:
        raise ValueError("an empty file")
    return size


def name_of(one: Any) -> str:
    """The name of a file of the post, as its site has it."""
    facts = one[2]
    ending = facts.get("extension")
    name = f"{facts.get('filename') or 'file'}{f'.{ending}' if ending else ''}"
    return fit(name) or "file"
