"""Parses how an admin names a chat or an instant. Pure."""

import re
from datetime import date, datetime, time

from procs.bot.admin.person_finder import NICK
from procs.core.clock import Now
from procs.texts import calendar_dates, i18n, written_durations

#: An invite link (core.telegram.org/api/links#chat-invite-links).
INVITE = re.compile(r"(?:https?://)?(?:t|telegram)\.me/(?:\+|joinchat/)([A-Za-z0-9_-]{8,64})/?")
#: Words that stand for no limit.
NONE = frozenset({"-", "—", "0"})
#: A day of one of the two calendars, perhaps with an hour.
DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:\s+(\d{1,2})[:.](\d{2}))?")


def invite(text: str) -> str:
    """The hash of an invite link; "" for no such link."""
    found = INVITE.fullmatch(text.strip())
    return found[1] if found else ""


def nick(text: str) -> str:
    """The name of `@name` or `t.me/name`; "" for something else."""
    found = NICK.fullmatch(text.strip())
    return (found[1] or found[2]) if found else ""


def instant(text: str, language: str, *, now: Now) -> float | None:
    """`2026-12-01`, `1405/9/10 18:30` on the admin's clock and by either calendar, or `7d` from
    now, as a wall instant; None for no limit. Raises ValueError."""
    said = text.strip().translate(i18n.LATIN)
    if said in NONE:
        return None
    seconds, rest = written_durations.leading(said)
    if seconds and not rest:
        return now.wall + seconds
    named = DATE.fullmatch(said)
    if named is None:
        raise ValueError(text)
    year, month, day, hour, minute = (int(one or 0) for one in named.groups())
    found = calendar_dates.gregorian if year < calendar_dates.GREGORIAN else date
    zone, _ = i18n.PLACES[i18n.base(language)]
    then = datetime.combine(found(year, month, day), time(hour, minute), zone)
    return then.timestamp()


def number(text: str) -> int:
    """A number in any digits. Raises ValueError."""
    said = text.strip().translate(i18n.LATIN).replace(",", "")
    return 0 if said in NONE else int(said)
