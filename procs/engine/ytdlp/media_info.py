"""The facts of a media: from yt-dlp's info, and for plain files from the answer's headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from procs.engine.failures.exception_chain import plain
from procs.engine.forms import choices, formats, subtitles
from procs.engine.protocol.messages import Entry, Order, Probed
from procs.engine.ytdlp import file_types
from procs.engine.ytdlp.playlists import OpenedLink, has_picture
from procs.errors import ClipBeyond, LiveNow, NoSound, TooLarge
from procs.records.media_records import parts_of
from procs.wishes.filenames import split
from procs.wishes.sites import bare
from procs.wishes.variant import Variant, parse

#: Extractors for pages of no known site. Their ids are made up from addresses, or are just numbers.
GENERIC = ("generic", "html5mediaembed", "quotedhtml")
LIVE = ("is_live", "is_upcoming", "post_live")
TITLE_LENGTH = 200
#: Years of age.
ADULT = 18


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A plain file behind an address: its real name, its type, its size where the server says."""

    name: str
    kind: str
    size: int | None


def direct(info: dict[str, Any], headers: dict[str, Any]) -> PlainFile | None:
    """The facts of a plain file, None when the link is something else."""
    if not info.get("direct"):
        return None
    head = headers.get(info["url"], {})
    name = file_types.real_name(info["url"], head)
    length = str(head.get("Content-Length") or "")
    encoded = head.get("Content-Encoding") not in (None, "", "identity")
    size = int(length) if length.isdecimal() and not encoded else None
    return PlainFile(name, file_types.kind(name, head), size)


def of_all(opened: OpenedLink, files: Sequence[PlainFile | None], order: Order) -> Probed:
    """What a link leads to: one media, the media of a post, or a list. Raises as `found`."""
    if opened.entries or order.search:
        return Probed(
            *("", host(order.url), opened.title),
            kind="list",
            entries=list(opened.entries),
            count=opened.count,
            more=opened.more,
            thumbnail=opened.face is not None,
        )
    each = [
        found(info, file, formats.chosen(info), order)
        for info, file in zip(opened.infos, files, strict=True)
    ]
    alone = len(each) == 1 and not opened.chosen
    return each[0] if alone else album(each, opened, order)


def album(each: Sequence[Probed], opened: OpenedLink, order: Order) -> Probed:
    """The media of one post as one. It is known by no name of its own."""
    sizes = [one.size or 0 for one in each]
    size = sum(sizes) if all(sizes) else None
    if size and size > order.limit("album"):
        raise TooLarge(f"{size} bytes in {len(each)} files, limit {order.limit('album')}")
    title = opened.title or each[0].title
    facts: dict[str, Any] = {"key": "", "kind": "album", "duration": 0.0, "parts": 1}
    facts["more"] = opened.more
    facts["adult"] = any(one.adult for one in each)
    facts["thumbnail"] = any(one.thumbnail or one.kind == "photo" for one in each)
    facts["entries"] = [
        Entry(place, one.title, "", one.duration, kind=one.kind, size=one.size)
        for place, one in enumerate(each, 1)
    ]
    return replace(each[0], title=title, size=size, **facts)


def found(
    info: dict[str, Any], file: PlainFile | None, streams: formats.Streams, order: Order
) -> Probed:
    """What the worker wants to know before it says go. Raises LiveNow, TooLarge, NoSuchVariant."""
    if info.get("is_live") or info.get("live_status") in LIVE:
        check_live(info, streams, order)
    kind = kind_of(file, streams, order)
    wish = parse(order.variant)
    check_wish(info, wish)
    size = file.size if file else None if wish.words_alone else formats.total(streams)
    if size and size > order.limit(kind) and not wish.looks:
        raise TooLarge(f"{size} bytes, limit {order.limit(kind)}")
    return Probed(
        key=key(info),
        site=site(info),
        title=title(info, file, order.title),
        performer=performer(info),
        duration=float(info.get("duration") or 0),
        kind=kind,
        size=size,
        plan=plain(formats.words(streams), 200),
        thumbnail=has_picture(info),
        parts=1 if wish.clip else parts_of(size or 0, order.max_file_size),
        subtitles=subtitles.written(info),
        captions=subtitles.heard(info),
        choices=[] if kind in ("photo", "file") else choices.offered(info, order),
        chapters=choices.chapters(info),
        adult=is_adult(info),
        sounds=choices.dubs(info),
        refused=[] if kind in ("photo", "file") else choices.too_large(info, order),
        published=published(info),
        direct=file is not None,
    )


def is_adult(info: dict[str, Any]) -> bool:
    """Whether the site marks it as for adults; extractors tell the youngest age in years."""
    limit = info.get("age_limit")
    return isinstance(limit, int | float) and limit >= ADULT


def published(info: dict[str, Any]) -> str:
    """The day on which it came out, `20261129`; nothing where the site does not say."""
    day = str(info.get("release_date") or info.get("upload_date") or "")
    return day if re.fullmatch(r"[12]\d{7}", day) else ""


def is_live(info: dict[str, Any]) -> bool:
    """Whether a media is being broadcast at this moment."""
    return bool(info.get("is_live")) or info.get("live_status") == "is_live"


def check_live(info: dict[str, Any], streams: formats.Streams, order: Order) -> None:
    """Raises LiveNow for a broadcast that is not to be recorded, or cannot be: one that has not
    begun or is being made into a film, a part of it, and what ffmpeg has no reader for."""
    wish = parse(order.variant)
    recorded = all("m3u8" in str(one.get("protocol")) for one in streams)
    if not (order.live and is_live(info) and recorded) or wish.clip:
        raise LiveNow(str(info.get("live_status")))


def check_wish(info: dict[str, Any], wish: Variant) -> None:
    """Raises NoSuchVariant for a clip behind the end, or a language that is not there."""
    duration = float(info.get("duration") or 0)
    if wish.clip and 0 < duration <= wish.clip.start:
        raise ClipBeyond(f"{wish} of {duration:g} s", facts={"length": f"{duration:g}"})
    if wish.subtitles:
        subtitles.choose(info, wish.subtitles)


def kind_of(file: PlainFile | None, streams: formats.Streams, order: Order) -> str:
    """What it will be. Raises NoSuchVariant when sound is wanted of a picture or an archive."""
    wish = parse(order.variant)
    if wish.words_alone:
        return "file"
    wants_sound = wish.sound
    if file and file.kind in ("photo", "file"):
        if wants_sound:
            raise NoSound(f"{order.variant} of {file.name}")
        return file.kind
    if wants_sound or (file and file.kind == "audio"):
        return "audio"
    return "video" if any(map(formats.has_video, streams)) else "audio"


def key(info: dict[str, Any]) -> str:
    """The media's name among all sites; nothing where ids are only made up from addresses."""
    extractor = extractor_of(info)
    return "" if extractor in GENERIC else plain(f"{extractor}:{info.get('id')}")


def site(info: dict[str, Any]) -> str:
    """A short name for counters and words: the extractor's, else the host's."""
    extractor = extractor_of(info)
    if extractor not in GENERIC:
        return extractor
    return host(info.get("webpage_url") or "")


def host(url: str) -> str:
    """The host of an address, without `www.` and the like."""
    return bare(urlsplit(url).hostname or "")


def extractor_of(info: dict[str, Any]) -> str:
    """The key of the extractor in lower case, as the tables of sites have it."""
    return str(info.get("extractor_key") or GENERIC[0]).lower()


def title(info: dict[str, Any], file: PlainFile | None, of_list: str = "") -> str:
    """The title a person would give it; a file's is its name, unless a page, or the list that
    it is of, gave it a better."""
    given = str(info.get("track") or info.get("title") or "")
    if extractor_of(info) in GENERIC:
        given = given.removesuffix(" (1)")  # a page's only film is numbered all the same
    if file and given in ("", split(file_types.end_of(info["url"]))[0]):
        given = of_list or split(file.name)[0]
    return plain(given or info.get("id") or "", TITLE_LENGTH)


def performer(info: dict[str, Any]) -> str:
    """The author of a media. For a page of no known site, yt-dlp's uploader is the host."""
    host = None if extractor_of(info) in GENERIC else info.get("uploader") or info.get("channel")
    return plain(info.get("artist") or host or "", TITLE_LENGTH)
