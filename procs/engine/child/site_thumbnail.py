"""The picture that a site shows for a media, for its card: fetched by the child that read the page,
over the same way out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from yt_dlp.networking import Request
from yt_dlp.utils import YoutubeDLError

from procs.engine.protocol.messages import THUMBNAIL_BYTES, THUMBNAIL_FILE, check_scheme
from procs.engine.ytdlp import loader
from procs.engine.ytdlp.media_info import PlainFile
from procs.engine.ytdlp.playlists import OpenedLink, has_picture
from procs.errors import JobError

#: The widest picture that a card needs, in pixels; addresses that are tried.
CARD_WIDTH, TRIED = 1280, 2


def bring(ydl: loader.Loader, info: dict[str, Any]) -> str:
    """Leave the picture in the job's folder. Returns the file's name, "" where there is none."""
    for url in addresses(info):
        try:
            check_scheme(url)
            with ydl.urlopen(Request(url, headers=info.get("http_headers") or {})) as answer:
                body = answer.read(THUMBNAIL_BYTES + 1)
        except (YoutubeDLError, JobError, OSError, ValueError):
            continue  # another one may be there; a card does without
        if 0 < len(body) <= THUMBNAIL_BYTES:
            Path(THUMBNAIL_FILE).write_bytes(body)
            return THUMBNAIL_FILE
    return ""


def shown(opened: OpenedLink, files: Sequence[PlainFile | None]) -> dict[str, Any]:
    """What has the picture of a link: of a list its face; of a post the first part that has one, or
    is one. Empty where there is none."""
    if not opened.infos:
        return opened.face or {}
    if pictured := next((one for one in opened.infos if has_picture(one)), None):
        return pictured
    photos = (
        {**one, "thumbnail": one.get("url")}
        for one, file in zip(opened.infos, files, strict=True)
        if file is not None and file.kind == "photo"
    )
    return next(photos, {})


def addresses(info: dict[str, Any]) -> Iterator[str]:
    """Those that fit a card come first, the best of them on top."""
    there = [one for one in info.get("thumbnails") or [] if one.get("url")]
    if not there and info.get("thumbnail"):
        there = [{"url": info["thumbnail"]}]
    small = [one for one in there if (one.get("width") or 0) <= CARD_WIDTH]
    large = [one for one in there if one not in small]
    best = [*reversed(small), *large]  # yt-dlp has the best at the end
    return (str(one["url"]) for one in best[:TRIED])
