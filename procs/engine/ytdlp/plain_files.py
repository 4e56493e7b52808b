"""Plain files behind a link, under their real names: an attachment, or an answer without a page."""

from collections.abc import Mapping
from typing import Any

from yt_dlp.utils._utils import _UnsafeExtensionError

from procs.engine.ytdlp import file_types
from procs.wishes.filenames import split

#: Pages, and lists of pieces of a film, which are of no use alone.
NO_FILES = (
    *("text/html", "application/xhtml+xml", "application/dash+xml", "application/f4m+xml"),
    *("application/smil", "application/smil+xml", "application/vnd.ms-sstr+xml"),
)
LISTS = "mpegurl"


def info(headers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The file behind the first of these answers, in yt-dlp's words; None when it is a page.
    `headers` are those of the answers that a job got, by address, in their order."""
    url, head = next(iter(headers.items()), ("", {}))
    return of(url, head) if url and is_file(head) else None


def of(url: str, head: Any) -> dict[str, Any]:
    """The file at an address, whose answer had this head."""
    name = file_types.real_name(url, head)
    return {
        "id": split(name)[0],
        "title": split(file_types.end_of(url))[0],
        "extractor": "generic",
        "extractor_key": "Generic",
        "webpage_url": url,
        "url": url,
        "ext": "unknown_video",  # the real one may be no film's, which yt-dlp refuses
        "direct": True,
    }


def nameless(info: dict[str, Any]) -> None:
    """Take from a plain file the ending of its address, where yt-dlp writes none of that name
    (`get.php`): it is given its real name later."""
    if info.get("direct"):
        for one in (info, *(info.get("formats") or ()), *(info.get("requested_formats") or ())):
            if one.get("ext") not in _UnsafeExtensionError.ALLOWED_EXTENSIONS:
                one["ext"] = "unknown_video"


def is_file(head: Any) -> bool:
    """Whether an answer is an attachment, or of a type that is neither a page nor a list."""
    said = file_types.said_type(head)
    kept = str(head.get("Content-Disposition") or "").lower().lstrip().startswith("attachment")
    return kept or bool(said and said not in NO_FILES and LISTS not in said)
