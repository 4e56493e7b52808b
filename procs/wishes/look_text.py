"""What a look found, in words: the entries of a list, or the forms of one media. Pure."""

from collections.abc import Mapping
from typing import Any

from procs.core import codec
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes.picks import ENTRIES_SHOWN

#: Characters of a title in a line.
LISTED_TITLE_LENGTH = 70
#: Marks behind a form: it is with Telegram already; it will be cut into so many parts.
READY, CUT = "⚡", "✂️×{}"
#: The form of a film as it is.
BEST = "best"
#: No form of a media: what there is of it.
LOOK = "look"
#: Languages that are named.
LANGUAGES_SHOWN = 20


def lines(language: str, found: str) -> str:
    """The text for the person who asked; `found` as JSON, as a request keeps it."""
    told = codec.load(found)
    parts = entries(language, told) if told["kind"] == "list" else forms(language, told)
    return "\n".join(parts)


def may_be_followed(found: str) -> bool:
    """Whether what was found is a list, and the operator lets people follow lists."""
    told = codec.load(found) if found.startswith("{") else {}
    return bool(told.get("kind") == "list" and told.get("follows"))


def rest(language: str, found: str) -> LocalText:
    """How to go on where more was asked for than is taken at once."""
    return i18n.say(language, "list-rest", place=codec.load(found)["next"])


def entries(language: str, told: dict[str, Any]) -> list[str]:
    """A page of a list, and how to choose from it."""
    count = told["count"]
    named = i18n.say(language, "list-title", name=shortened(told["title"]))
    counted = i18n.say(language, "list-count", count=count) if count else ""
    there = [entry(language, one) for one in told["entries"][:ENTRIES_SHOWN]]
    how = [i18n.say(language, "list-how", most=told["most"])]
    goes_on = told["more"] or len(told["entries"]) > ENTRIES_SHOWN
    more = [i18n.say(language, "list-more", page=told["page"] + 1)] if goes_on else []
    return [" ".join(filter(None, (named, counted))), "", *there, "", *how, *more]


def entry(language: str, one: Mapping[str, Any]) -> str:
    """One line for an entry of a list: place, title, length."""
    place = i18n.number(language, one["place"])
    title = i18n.isolated(language, shortened(one["title"] or one["url"]))
    lasts = f" · {i18n.clock(language, one['duration'])}" if one["duration"] else ""
    return f"{place}. {title}{lasts}"


def forms(language: str, told: dict[str, Any]) -> list[str]:
    """What one media can be had as, with sizes where they are known."""
    lasts = f" · {i18n.clock(language, told['duration'])}" if told["duration"] else ""
    # Whose forms have sizes needs none of its own: it is that of the best one.
    whole = itself(language, told)
    alone = told["size"] and not (whole or any(one["size"] for one in told["choices"]))
    size = f" · {i18n.size(language, told['size'])}" if alone else ""
    named = i18n.say(language, "look-title", name=shortened(told["title"]))
    there = [*whole, *(form(language, one, told["ready"]) for one in told["choices"])]
    words = told["subtitles"][:LANGUAGES_SHOWN]
    spoken = [i18n.say(language, "look-subtitles", languages=" ".join(words))] if words else []
    if not words and told["captions"]:
        spoken = [i18n.say(language, "look-captions")]
    how = [*marks(language, there), i18n.say(language, "look-how" if there else "look-only")]
    return [named + lasts + size, "", *there, *spoken, *([""] if there or spoken else []), *how]


def itself(language: str, told: dict[str, Any]) -> list[str]:
    """The line of a film whose heights nobody tells: it is there as it is."""
    if told["kind"] != "video" or any(one["variant"].endswith("p") for one in told["choices"]):
        return []
    size = f" · {i18n.size(language, told['size'])}" if told["size"] else ""
    ready = f" {READY}" if BEST in told["ready"] else ""
    return [f"{i18n.say(language, 'look-best')}{size}{ready}"]


def marks(language: str, there: list[str]) -> list[str]:
    """What the marks mean that stand behind these forms."""
    meanings = ((READY, "look-ready"), (CUT[0], "look-cut"))
    return [i18n.say(language, key) for mark, key in meanings if any(mark in one for one in there)]


def form(language: str, one: dict[str, Any], ready: list[str]) -> str:
    """`720p · 93 MB ✂️×2`."""
    size = f" · {i18n.size(language, one['size'])}" if one["size"] else ""
    cut = " " + CUT.format(i18n.number(language, one["parts"])) if one["parts"] > 1 else ""
    mark = f" {READY}" if one["variant"] in ready else ""
    return f"{i18n.isolated(language, one['variant'])}{size}{cut}{mark}"


def shortened(title: str, most: int = LISTED_TITLE_LENGTH) -> LocalText | str:
    """A title of at most `most` letters."""
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"
