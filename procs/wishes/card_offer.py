"""What a card offers of a media, from what a look found. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from procs.wishes.filenames import split
from procs.wishes.variant import LANGUAGE

#: The most qualities on a card.
QUALITIES = 6
#: Ends of addresses of plain files: there is nothing to choose, so they are not looked at first.
PLAYED = (
    *("mp4", "m4v", "mov", "webm", "mkv", "avi", "wmv", "flv", "3gp", "mp3", "m4a", "aac", "ogg"),
    *("oga", "opus", "wav", "flac"),
)
UNPLAYED = (
    *("jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "pdf", "zip", "rar", "7z", "tar", "gz"),
    *("xz", "apk", "exe", "iso", "epub", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt"),
    *("csv", "srt", "vtt"),
)
HEIGHT = re.compile(r"\d+p")
#: As much of a site's code of a language as a wish can say.
CODE = re.compile(LANGUAGE)

#: Media of a post for which a person is asked, if it has more; and the kinds that it may have.
MANY_MEDIA = 5
ALBUM_KINDS = ("photo", "video", "audio", "file")

Told = Mapping[str, Any]


def is_plain(url: str) -> bool:
    """Whether an address names a file, by its ending."""
    return end_of(url) in (*PLAYED, *UNPLAYED)


def plays(url: str) -> bool:
    """Whether it may have a sound, by the same."""
    return end_of(url) not in UNPLAYED


def end_of(url: str) -> str:
    """The ending of the file that an address names, in lower case and without its dot."""
    name = urlsplit(url).path.rpartition("/")[2]
    return split(name)[1].lower().lstrip(".")


def has_choice(told: Told) -> bool:
    """Whether this media has forms that a person may choose from. A plain file and a post of a few
    media of one kind have none, and of a short film with one quality everybody wants that."""
    if told["kind"] == "list":
        return True
    if told["kind"] == "album":
        return len(told["entries"]) > MANY_MEDIA or len(kinds(told)) > 1
    if told["kind"] not in ("video", "audio") or told["card"]["direct"]:
        return False
    if told["kind"] == "audio":
        return len(sounds(told)) > 1
    extra = told["subtitles"] or told["chapters"] or told["card"]["sounds"]
    return len(heights(told)) > 1 or bool(extra)


def can_differ(told: Told) -> bool:
    """Whether it can be had in another form at all, though nobody is asked by default."""
    if told["kind"] == "album":
        return len(told["entries"]) > 1
    return told["kind"] in ("video", "audio", "list")


def kinds(told: Told) -> set[str]:
    """What kinds of media a post has."""
    return {one["kind"] for one in told["entries"]}


def of_kind(told: Told, kind: str) -> list[int]:
    """The places of the media of a post that are of one kind."""
    return [one["place"] for one in told["entries"] if one["kind"] == kind]


def heights(told: Told) -> list[dict[str, Any]]:
    """The qualities that may be fetched, the highest on top."""
    return [one for one in told["choices"] if HEIGHT.fullmatch(one["variant"])]


def sounds(told: Told) -> list[dict[str, Any]]:
    """The forms that are no heights: sound alone, and what else the look offers."""
    return [one for one in told["choices"] if not HEIGHT.fullmatch(one["variant"])]


def qualities(told: Told) -> list[dict[str, Any]]:
    """The qualities that a card shows, those that are not allowed with `refused`; where there are
    more, those that people want are kept: the smallest of what is left goes first, and of what is
    refused only as many as there is room for."""
    there = heights(told)
    room = max(0, QUALITIES - len(there))
    refused = [{**one, "refused": True} for one in told["card"]["refused"]]
    shown = [*refused[max(0, len(refused) - room) :], *spread(there, QUALITIES)]
    return sorted(shown, key=lambda one: -int(one["variant"][:-1]))


def spread(there: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """At most `most` of them, the smallest always included: a slow connection needs it."""
    return list(there) if len(there) <= most else [*there[: most - 1], there[-1]]


def is_as_it_is(told: Told) -> bool:
    """Whether it is a film whose heights nobody tells."""
    return bool(told["kind"] == "video" and not qualities(told))


def languages(told: Told) -> list[tuple[str, bool]]:
    """The languages of subtitles as a wish writes them, and whether only a machine wrote them."""
    people = codes(told["subtitles"])
    machine = codes(told["card"]["captions"])
    return [(one, False) for one in people] + [(one, True) for one in machine if one not in people]


def words(told: Told) -> list[str] | None:
    """The languages in which a film can have subtitles; None of what is no film."""
    return [code for code, _ in languages(told)] if told["kind"] == "video" else None


def codes(there: Sequence[str]) -> list[str]:
    """Languages as a wish can name them, each once."""
    found = (CODE.match(one.lower().replace("_", "-")) for one in there)
    return list(dict.fromkeys(one[0] for one in found if one))
