"""A site's own search, as yt-dlp asks it: one look brings all pages that a person is shown."""

from typing import Any

from procs.engine.failures.exception_chain import plain
from procs.engine.protocol.messages import Entry, Order
from procs.engine.ytdlp.playlists import ADDRESS, TITLE_LENGTH, OpenedLink, numbered

#: yt-dlp's words for the searches that may be asked.
EXTRACTORS = {"youtube": "ytsearch", "soundcloud": "scsearch"}
#: Results of one search.
RESULTS_READ = 30


def read(ydl: Any, order: Order) -> OpenedLink:
    """What the site finds, which may be nothing. Raises YoutubeDLError, KeyError."""
    query = f"{EXTRACTORS[order.search]}{RESULTS_READ}:{order.words}"
    info = ydl.extract_info(query, download=False) or {}
    return OpenedLink(entries=tuple(entry(place, one) for place, one in numbered(info)))


def entry(place: int, one: dict[str, Any]) -> Entry:
    """One result; the address that people know goes before the one that programs ask."""
    addresses = (str(one.get(name) or "") for name in ("webpage_url", "url"))
    url = next((url for url in addresses if url.startswith("https://")), "") or one.get("url", "")
    name = plain(one.get("title") or "", TITLE_LENGTH)
    channel = plain(one.get("channel") or one.get("uploader") or "", TITLE_LENGTH)
    lasts = float(one.get("duration") or 0)
    return Entry(place, name, plain(str(url), ADDRESS), lasts, channel)
