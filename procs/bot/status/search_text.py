"""What a search found, as its person is shown it: a page of results, a button for each. Pure."""

from typing import Any

from procs.core import codec
from procs.store.searches.search_listings import PAGE_SIZE
from procs.telegram.chat.sender import Button, Buttons
from procs.texts import i18n
from procs.wishes import look_text, searches

#: What the data of a button begins with whose token has a row; Telegram takes 64 bytes in all.
ROW_PREFIX = "b:"
#: Characters of a title in a line, and of what stands on a button.
LINE_LENGTH, LABEL_LENGTH_OF_HIT = 90, 48


def data(token: str) -> str:
    """A token as the data of a button."""
    return ROW_PREFIX + token


def is_search(found: str) -> bool:
    """Whether what a look found are results of a search."""
    return found.startswith("{") and codec.load(found).get("kind") == "search"


def page(language: str, found: str, number: int = 0) -> tuple[str, Buttons]:
    """The text of a page, and its buttons."""
    told = codec.load(found)
    there = told["entries"][number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    title = i18n.say(language, "search-title" if there else "search-nothing", words=told["words"])
    lines = [title, "", *(line(language, one) for one in there)] if there else [title]
    rows = [*(row(language, one) for one in there), turns(language, told, number)]
    return "\n".join(lines), [one for one in [*rows, others(language, told)] if one]


def line(language: str, one: dict[str, Any]) -> str:
    """One result in the text."""
    place = i18n.number(language, one["place"])
    return " · ".join([f"{place}. {shown(language, one, LINE_LENGTH)}", *about(language, one)])


def row(language: str, one: dict[str, Any]) -> list[Button]:
    """The row with the button of one result."""
    label = " · ".join([shown(language, one, LABEL_LENGTH_OF_HIT), *about(language, one)])
    return [(label, data(one["token"]))]


def shown(language: str, one: dict[str, Any], most: int) -> str:
    """A title of at most `most` letters, else the address."""
    return i18n.isolated(language, look_text.shortened(one["title"] or one["url"], most))


def about(language: str, one: dict[str, Any]) -> list[str]:
    """How long it lasts, and whose it is."""
    lasts = i18n.clock(language, one["duration"]) if one["duration"] else ""
    channel = i18n.isolated(language, one["channel"]) if one["channel"] else ""
    return [part for part in (lasts, channel) if part]


def turns(language: str, told: dict[str, Any], number: int) -> list[Button]:
    """The buttons to the pages before and behind this one."""
    pages = told["pages"]
    keys = ((number - 1, "search-back"), (number + 1, "search-on"))
    return [
        (i18n.say(language, key), data(pages[place]))
        for place, key in keys
        if 0 <= place < len(pages)
    ]


def others(language: str, told: dict[str, Any]) -> list[Button]:
    """The same words at another site."""
    return [
        (i18n.say(language, "search-elsewhere", site=searches.NAMES[site]), data(token))
        for site, token in told["others"]
    ]
