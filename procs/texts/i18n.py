"""Text in the person's language: catalogue texts, numbers, sizes, durations.

Texts are found by keys (`failed-gone`), never by English sentences, so that both languages are
translations. Babel knows how numbers and units are written; what it leaves to others, the Persian
digits and the isolation of foreign words in a right-to-left line, is done here.

Babel is loaded at first need: it is two megabytes of memory, and whoever reads settings imports
this, the listener and the keeper too, which say nothing to anybody.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from datetime import date as Date
from functools import lru_cache
from typing import Literal

from procs.texts import calendar_dates
from procs.texts.catalogues import DEFAULT as DEFAULT
from procs.texts.catalogues import LANGUAGES as LANGUAGES
from procs.texts.catalogues import LATIN, counted, how_many
from procs.texts.catalogues import LOCALE as LOCALE
from procs.texts.catalogues import PERSIAN_LATIN as PERSIAN_LATIN
from procs.texts.catalogues import base as base
from procs.texts.catalogues import catalogue as catalogue

RIGHT_TO_LEFT = frozenset({"fa", PERSIAN_LATIN, "ar", "ckb", "he", "ps", "sd", "ug", "ur"})

#: U+2068 FIRST STRONG ISOLATE and U+2069 POP DIRECTIONAL ISOLATE (Unicode UAX #9): without them
#: a Latin title turns the Persian sentence around it inside out.
ISOLATE = ("\u2068", "\u2069")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
#: Where most readers of a language live; of one that is not here, as of the default.
#: Iran has had no summer time since 2022.
PLACES = {
    "fa": (timezone(timedelta(hours=3, minutes=30)), "تهران"),
    "en": (UTC, "UTC"),
}
PLACES[PERSIAN_LATIN] = PLACES["fa"]
#: What is said of the first ten.
ORDINALS = ["اول", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم", "دهم"]
#: From here on a value is written without a decimal.
ROUNDED_FROM = 100
SIZE_UNITS = ("kilobyte", "megabyte", "gigabyte")
#: How long the names of units are, where CLDR has them as people write them; the same.
UNIT_WIDTHS: dict[str, dict[str, Literal["short", "long"]]] = {
    "fa": {"size": "long", "time": "short"},
    "en": {"size": "short", "time": "long"},
}
UNIT_WIDTHS[PERSIAN_LATIN] = UNIT_WIDTHS["fa"]


class LocalText(str):
    """Text already written in the reader's language: needs no isolation."""

    __slots__ = ()


def choose(code: str | None) -> str:
    """The language we speak to somebody whose Telegram speaks `code` (`fa-IR`, `pt-br`, ``)."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else DEFAULT


def with_digits(language: str, *, latin_digits: bool) -> str:
    """The language in which somebody reads who prefers Latin digits, or does not."""
    return PERSIAN_LATIN if latin_digits and base(language) == "fa" else base(language)


def say(language: str, key: str, **values: object) -> LocalText:
    """The text of `key`. Foreign words among `values` are isolated where the language is written
    from the right. Raises KeyError when no catalogue has the key."""
    forms = counted(language).forms.get(key)
    if forms:
        text = forms[counted(language).form(how_many(values))]
    else:
        text = catalogue(language).get(key) or catalogue(DEFAULT)[key]
    return LocalText(text.format_map({name: fit(language, it) for name, it in values.items()}))


def preload() -> None:
    """Read the catalogues, and what Babel knows of each language, before they are needed: processes
    that are forked from this one share it."""
    for language in (*LANGUAGES, PERSIAN_LATIN):
        counted(language)
        size(language, 1)
        span(language, 1)
        percent(language, 1)
        listed(language, ["", ""])
        date(language, Date(2026, 1, 1))


def knows(key: str) -> bool:
    """Whether there is a text of this key."""
    return key in catalogue(DEFAULT)


def fit(language: str, value: object) -> str:
    """One value as it stands inside a sentence."""
    if isinstance(value, LocalText):
        return value
    if isinstance(value, int | float):
        return number(language, value)
    return isolated(language, str(value))


def isolated(language: str, text: str) -> LocalText:
    """`text` kept from mixing its direction with the line around it."""
    if language not in RIGHT_TO_LEFT or not text:
        return LocalText(text)
    return LocalText(ISOLATE[0] + text + ISOLATE[1])


def whereabouts(language: str) -> tuple[tzinfo, str]:
    """The zone of a language's people and how they call it."""
    return PLACES.get(language, PLACES[DEFAULT])


def widths(language: str) -> dict[str, Literal["short", "long"]]:
    """How units are written for size and for duration, short or in full."""
    return UNIT_WIDTHS.get(language, UNIT_WIDTHS[DEFAULT])


def digits(language: str, text: str) -> LocalText:
    """A text with the digits of its language."""
    if language == PERSIAN_LATIN:
        return latin(text)  # Babel writes Persian ones
    return LocalText(text.translate(PERSIAN) if language == "fa" else text)


def latin(text: str) -> LocalText:
    """A text with Latin digits and their marks, for who prefers them in Persian too."""
    return LocalText(text.translate(LATIN))


def number(language: str, value: float) -> LocalText:
    """At most one decimal, none above a hundred."""
    from babel.numbers import format_decimal

    shape = pattern(value)
    text = format_decimal(value, shape, locale=base(language), numbering_system="default")
    return digits(language, text)


def place(language: str, number: int) -> LocalText:
    """A place in a line as people say it behind its word: `place 3`, `نفر سوم`."""
    if base(language) != "fa":
        return LocalText(str(number))
    ordinal = ORDINALS[number - 1] if 0 < number <= len(ORDINALS) else f"{number}ام"
    return digits(language, ordinal)


def percent(language: str, share: float) -> LocalText:
    """`share` of one, rounded down: 100 % is said only when it is over."""
    from babel.numbers import format_percent

    whole = math.floor(min(max(share, 0.0), 1.0) * 100 + 1e-9)
    text = format_percent(whole / 100, locale=base(language))
    return digits(language, text.replace("%", "٪") if language == "fa" else text)


def size(language: str, count: float) -> LocalText:
    """Bytes as people say them, in steps of 1024 as Telegram's own apps count."""
    value = count / 1024
    for unit in SIZE_UNITS:
        if value < 1024 or unit == SIZE_UNITS[-1]:
            break
        value /= 1024
    return measure(language, value, f"digital-{unit}", widths(language)["size"])


def clock(language: str, seconds: float) -> LocalText:
    """A duration as a player shows it: 0:40, 12:05, 1:02:03."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return digits(language, shown)


def hour(language: str, wall: float) -> LocalText:
    """An instant as a clock on the wall shows it, where most readers of the language live; the
    place is named, because not all do."""
    place, name = whereabouts(language)
    return digits(language, f"{datetime.fromtimestamp(wall, place):%H:%M} {name}")


def place_of(language: str) -> tzinfo:
    """The time zone in which most readers of a language live."""
    return whereabouts(language)[0]


def day(language: str, wall: float) -> int:
    """The number of the day that it is where most readers of the language live."""
    return datetime.fromtimestamp(wall, whereabouts(language)[0]).toordinal()


def minute_of_day(language: str, wall: float) -> int:
    """Minutes since midnight there."""
    there = datetime.fromtimestamp(wall, whereabouts(language)[0])
    return there.hour * 60 + there.minute


def span(language: str, seconds: float) -> LocalText:
    """A duration in words, rounded up: 40 seconds, 3 minutes, 2 hours."""
    for unit, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= length or unit == "second":
            count = max(1, math.ceil(seconds / length))
            break
    return measure(language, count, f"duration-{unit}", widths(language)["time"])


def measure(language: str, value: float, unit: str, length: Literal["short", "long"]) -> LocalText:
    """A value with its unit, rounded as it is written."""
    rounded = round(value, 1) if abs(value) < ROUNDED_FROM else round(value)
    return written_measure(language, rounded, unit, length)


@lru_cache(maxsize=1024)
def written_measure(
    language: str, value: float, unit: str, length: Literal["short", "long"]
) -> LocalText:
    """The same, as Babel writes it in that language. Few hundred values are written, and each takes
    thirty calls of Babel's, which are cold when a film is sent."""
    from babel.units import format_unit

    text = format_unit(
        value,
        unit,
        length,
        format=pattern(value),
        locale=base(language),
        numbering_system="default",
    )
    return digits(language, text)


def pattern(value: float) -> str:
    """The form of a number: one decimal below 100."""
    return "#,##0" if abs(value) >= ROUNDED_FROM else "#,##0.#"


def date(language: str, day: Date) -> LocalText:
    """A date in words, in Persian by the Iranian calendar: `۸ آذر ۱۴۰۵`, `Nov 29, 2026`."""
    if base(language) == "fa":
        year, month, number = calendar_dates.jalali(day)
        return digits(language, f"{number} {calendar_dates.MONTHS[month - 1]} {year}")
    from babel.dates import format_date

    return LocalText(format_date(day, "medium", locale=base(language)))


def moment(language: str, wall: float) -> LocalText:
    """An instant as a day and an hour, where most readers of the language live."""
    there = datetime.fromtimestamp(wall, whereabouts(language)[0])
    return digits(language, f"{date(base(language), there.date())} {hour(language, wall)}")


def tongue(language: str, code: str) -> LocalText:
    """What a reader calls the language of a code (`fa`, `pt-br`); the code itself where it has no
    name that we know."""
    from babel import Locale

    names = Locale.parse(base(language)).languages
    main, _, region = code.replace("_", "-").lower().partition("-")
    name = names.get(f"{main}_{region}") or names.get(main)
    return LocalText(name) if name else isolated(language, code)


def listed(language: str, names: Sequence[str]) -> LocalText:
    """Several names as one part of a sentence: `Persian and Arabic`."""
    from babel.lists import format_list

    return LocalText(format_list([str(name) for name in names], locale=base(language)))
