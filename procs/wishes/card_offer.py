"""What a card offers of a media, from what a look found. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from procs.wishes.filenames import split
from procs.wishes.variant import LANGUAGE

#: Qualities on a card at most.
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

Told = Mapping[str, Any]


def is_plain(url: str) -> bool:
    """Whether an address is, by its own words, that of a file."""
    return end_of(url) in (*PLAYED, *UNPLAYED)


def plays(url: str) -> bool:
    """Whether it may have a sound, by the same."""
    return end_of(url) not in UNPLAYED


def end_of(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    return split(name)[1].lower().lstrip(".")


def has_choice(told: Told) -> bool:
    """Whether a person can want one thing of this media or another. A plain file and a post are
    what they are, and a short film with one picture is what everybody wants of it."""
    if told["kind"] not in ("video", "audio") or told["card"]["direct"]:
        return False
    if told["kind"] == "audio":
        return len(sounds(told)) > 1
    extra = told["subtitles"] or told["chapters"] or told["card"]["sounds"]
    return len(heights(told)) > 1 or bool(extra)


def can_differ(told: Told) -> bool:
    """Whether it can be had in another form at all, though nobody is asked by default."""
    return told["kind"] in ("video", "audio")


def heights(told: Told) -> list[dict[str, Any]]:
    """The qualities that may be fetched, the highest on top."""
    return [one for one in told["choices"] if HEIGHT.fullmatch(one["variant"])]


def sounds(told: Told) -> list[dict[str, Any]]:
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
    """At most so many, the smallest always among them: it is what a poor connection needs."""
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
