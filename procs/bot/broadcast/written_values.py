"""Parses what an admin writes about a broadcast: its buttons and its start. Pure."""

import re
from datetime import datetime, timedelta, tzinfo

from procs.records.broadcast_records import ROW_MOST, ROWS_MOST
from procs.texts import calendar_dates, i18n

Rows = tuple[tuple[tuple[str, str], ...], ...]
#: A button: its label, a dash or a bar, its address.
BUTTON = re.compile(r"(?P<label>.{1,64}?)\s*[-–—|]\s*(?P<url>(?:https?|tg)://\S{1,2000})")
#: 21:30, perhaps behind a day of one of the two calendars.
START = re.compile(r"(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})\s+)?([01]?\d|2[0-3])[:.]([0-5]\d)")
#: Days that a start may lie ahead.
AHEAD = 366


def buttons(text: str) -> Rows | None:
    """A row of buttons for each line, those of a line parted by `&&`; None where a line is none, or
    there are too many."""
    rows = [line for line in text.splitlines() if line.strip()]
    found = [[BUTTON.fullmatch(one.strip()) for one in line.split("&&")] for line in rows]
    made = tuple(tuple((one["label"], one["url"]) for one in row if one) for row in found)
    whole = all(one for row in found for one in row) and all(len(r) <= ROW_MOST for r in found)
    return made if whole and 0 < len(made) <= ROWS_MOST else None


def start(text: str, now: float, place: tzinfo) -> float | None:
    """The wall instant that a text names at `place`: the next such hour, or that of a day; None for
    what is none, lies behind us, or too far ahead."""
    named = START.fullmatch(text.strip().translate(i18n.LATIN))
    if named is None:
        return None
    year, month, day, hour, minute = (int(one) if one else 0 for one in named.groups())
    today = datetime.fromtimestamp(now, place).replace(second=0, microsecond=0)
    at = today.replace(hour=hour, minute=minute)
    if not year and at.timestamp() <= now:
        at += timedelta(days=1)
    if year:
        wanted = (at + timedelta(days=n) for n in range(AHEAD))
        at = next((one for one in wanted if is_day(one, (year, month, day))), today)
    return at.timestamp() if at.timestamp() > now else None


def is_day(at: datetime, named: tuple[int, int, int]) -> bool:
    """Whether an instant lies on a day, told by the calendar to which its year belongs."""
    if named[0] < calendar_dates.GREGORIAN:
        return calendar_dates.jalali(at.date()) == named
    return (at.year, at.month, at.day) == named
