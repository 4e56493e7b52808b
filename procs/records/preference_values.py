"""The preferences that a person or a group can set: names, defaults, allowed values.

Values come from buttons and from rows that another version wrote, so each name has a check, which
returns the value as it is kept or raises BadPreference.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from procs.errors import ChaparError
from procs.texts.i18n import LANGUAGES
from procs.wishes.variant import AUDIO, FORMS
from procs.wishes.variant import LANGUAGE as SPOKEN

#: A form that asks, in place of one that is wanted always.
ASK = "ask"
#: What can be wanted always.
WANTED = (ASK, *(form for form in FORMS if form not in ("subs", "look", "zip")))
#: Where subtitles go, when messages are silent, digits, who may press in a group, how a group
#: is shown that something goes on.
INSIDE, BESIDE = "inside", "beside"
NEVER, ALWAYS, NIGHT = "never", "always", "night"
PERSIAN, LATIN = "persian", "latin"
ASKER, ADMINS, EVERYONE = "asker", "admins", "everyone"
REACTION, MESSAGE = "reaction", "message"
#: Minutes of a day.
DAY = 24 * 60
MOST_LANGUAGES, MOST_TAGS, MOST_SITES = 4, 10, 50
#: Seconds that a card may wait for a choice, at most; bytes that a group may set as its largest.
LONGEST_CARD, LARGEST = 3600, 4 * 1024**3
TAG = re.compile(r"#?([^\W\d_]\w{0,31}|\w*[^\W\d_]\w{0,30})")
SITE = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")

Check = Callable[[Any], Any]
Record = TypeVar("Record")


class BadPreference(ChaparError, ValueError):
    """No such preference, or not a value that it can have."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person set. `language` is None for the client's; `form` and those of `sites` are ASK
    or a form of `variant`; `night` are two minutes of the day where the reader lives, the first
    may be the later one; `card_timeout` is in seconds, 0 for never."""

    language: str | None = None
    form: str = ASK
    sites: Mapping[str, str] = field(default_factory=dict)
    sound: str = "audio"
    as_file: bool = False
    subtitles: tuple[str, ...] = ()
    subtitles_place: str = INSIDE
    captions: bool = True
    quiet: str = NEVER
    night: tuple[int, int] = (23 * 60, 8 * 60)
    media_buttons: bool = True
    digits: str = PERSIAN
    card_timeout: int = 0
    spoiler: bool = True
    tags: tuple[str, ...] = ()
    tidy: bool = False

    def form_of(self, site: str) -> str:
        """What is wanted of a site: ASK, or a form."""
        return self.sites.get(site, self.form)

    def is_silent(self, minute: int) -> bool:
        """Whether messages make no sound at this minute of the reader's day."""
        if self.quiet != NIGHT:
            return self.quiet == ALWAYS
        start, end = self.night
        return start <= minute < end if start < end else minute >= start or minute < end


@dataclass(frozen=True, slots=True)
class GroupPreferences:
    """What the admins of a group set. `auto` takes every link that is written there; `largest` is
    in bytes, 0 for no limit but the operator's."""

    language: str | None = None
    auto: bool = False
    largest: int = 0
    form: str = "best"
    quiet: bool = False
    delete_link: bool = False
    who_presses: str = ADMINS
    progress: str = REACTION
    spoiler: bool = True


def flag(value: Any) -> bool:
    """A check: true or false, nothing that only reads like one. Raises BadPreference."""
    if not isinstance(value, bool):
        raise BadPreference(f"{value!r} is neither true nor false")
    return value


def one_of(*allowed: str | None) -> Check:
    """A check: one of these texts, None among them where it is allowed."""

    def check(value: Any) -> Any:
        if not (value is None or isinstance(value, str)) or value not in allowed:
            raise BadPreference(f"{value!r} is none of {allowed}")
        return value

    return check


def whole(most: int) -> Check:
    """A check: a whole number from 0 to `most`."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise BadPreference(f"{value!r} is no whole number up to {most}")
        return value

    return check


def texts(value: Any, pattern: str | re.Pattern[str], most: int) -> tuple[str, ...]:
    """Several texts of a pattern, each once."""
    if not isinstance(value, list | tuple) or len(value) > most:
        raise BadPreference(f"not a list of up to {most} texts")
    if wrong := [it for it in value if not isinstance(it, str) or not re.fullmatch(pattern, it)]:
        raise BadPreference(f"{wrong[0]!r} cannot be one of them")
    return tuple(dict.fromkeys(value))


def languages(value: Any) -> tuple[str, ...]:
    """A check: language codes in the order of preference, at most MOST_LANGUAGES. Raises
    BadPreference."""
    return texts(value, SPOKEN, MOST_LANGUAGES)


def tags(value: Any) -> tuple[str, ...]:
    """Tags with their mark: `#music`. Telegram takes letters, digits and the low line."""
    return tuple(dict.fromkeys("#" + one.lstrip("#") for one in texts(value, TAG, MOST_TAGS)))


def sites(value: Any) -> dict[str, str]:
    """A check: a form for each of at most MOST_SITES sites. Raises BadPreference."""
    if not isinstance(value, Mapping) or len(value) > MOST_SITES:
        raise BadPreference(f"not forms of up to {MOST_SITES} sites")
    texts(list(value), SITE, MOST_SITES)
    return {site: one_of(*WANTED)(form) for site, form in value.items()}


def night(value: Any) -> tuple[int, int]:
    """A check: two minutes of the day, from and to, which differ. Raises BadPreference."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadPreference(f"{value!r} is not a beginning and an end")
    start, end = (whole(DAY - 1)(minute) for minute in value)
    if start == end:
        raise BadPreference("a night has a length")
    return start, end


LANGUAGE = one_of(None, *LANGUAGES)
PERSON: dict[str, Check] = {
    "language": LANGUAGE,
    "form": one_of(*WANTED),
    "sites": sites,
    "sound": one_of(*AUDIO),
    "as_file": flag,
    "subtitles": languages,
    "subtitles_place": one_of(INSIDE, BESIDE),
    "captions": flag,
    "quiet": one_of(NEVER, ALWAYS, NIGHT),
    "night": night,
    "media_buttons": flag,
    "digits": one_of(PERSIAN, LATIN),
    "card_timeout": whole(LONGEST_CARD),
    "spoiler": flag,
    "tags": tags,
    "tidy": flag,
}
GROUP_CHECKS: dict[str, Check] = {
    "language": LANGUAGE,
    "auto": flag,
    "largest": whole(LARGEST),
    "form": one_of(*WANTED),
    "quiet": flag,
    "delete_link": flag,
    "who_presses": one_of(ASKER, ADMINS, EVERYONE),
    "progress": one_of(REACTION, MESSAGE),
    "spoiler": flag,
}
#: The checks of each record.
CHECKS: dict[type, dict[str, Check]] = {Preferences: PERSON, GroupPreferences: GROUP_CHECKS}
DEFAULTS: dict[type, dict[str, Any]] = {
    kind: {one.name: getattr(kind(), one.name) for one in fields(kind)} for kind in CHECKS
}


def checked(kind: type, name: str, value: Any) -> Any:
    """The value as it is kept. Raises BadPreference."""
    check = CHECKS[kind].get(name)
    if check is None:
        raise BadPreference(f"no preference {name!r}")
    return check(value)


def known(kind: type[Record], body: Mapping[str, Any]) -> Record:
    """The record of what a row says. What this version does not know, or would not take, has its
    default: another version wrote it."""
    facts: dict[str, Any] = {}
    for name, check in CHECKS[kind].items():
        if name in body:
            try:
                facts[name] = check(body[name])
            except BadPreference:
                continue
    return kind(**facts)
