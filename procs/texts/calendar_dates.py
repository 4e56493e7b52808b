"""The Iranian calendar, by which people who read Persian tell dates. Pure."""

from datetime import date
from itertools import accumulate

MONTHS = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
)
#: Days of the months before each, and of the years before each within a cycle of 33, of which the
#: 1st, 5th, 9th, 13th, 17th, 22nd, 26th and 30th are leap years: right from 1799 to 2256.
BEFORE_MONTH = (0, *accumulate([31] * 6 + [30] * 5))
LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
CYCLE_DAYS, CYCLE = 12053, 33
#: The day 1 Farvardin 1354, whose year begins such a cycle (1354 = 41 × 33 + 1).
EPOCH, EPOCH_YEAR = date(1975, 3, 21).toordinal(), 1354
#: Years below are those of the Iranian calendar where a date may be of either.
GREGORIAN = 1700


def jalali(day: date) -> tuple[int, int, int]:
    """Year, month and day of the Iranian calendar."""
    cycles, left = divmod(day.toordinal() - EPOCH, CYCLE_DAYS)
    year = EPOCH_YEAR + CYCLE * cycles
    while left >= length(year):
        left -= length(year)
        year += 1
    month = max(n for n, before in enumerate(BEFORE_MONTH, 1) if before <= left)
    return year, month, left - BEFORE_MONTH[month - 1] + 1


def gregorian(year: int, month: int, day: int) -> date:
    """The day of a date of the Iranian calendar. Raises ValueError for one that there is not."""
    if not 1 <= month <= len(MONTHS) or day < 1:
        raise ValueError(f"{year}/{month}/{day}")
    cycles, ahead = divmod(year - EPOCH_YEAR, CYCLE)
    before = cycles * CYCLE_DAYS + sum(map(length, range(year - ahead, year)))
    found = date.fromordinal(EPOCH + before + BEFORE_MONTH[month - 1] + day - 1)
    if jalali(found) != (year, month, day):
        raise ValueError(f"{year}/{month}/{day}")
    return found


def length(year: int) -> int:
    """Days of a year of this calendar."""
    return 366 if year % CYCLE in LEAPS else 365
