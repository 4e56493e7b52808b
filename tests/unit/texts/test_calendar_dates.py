"""The Iranian calendar, by dates that are known."""

from datetime import date

import pytest

from procs.texts import calendar_dates, i18n


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(2021, 3, 20), (1399, 12, 30)),
        (date(2021, 3, 21), (1400, 1, 1)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2026, 11, 29), (1405, 9, 8)),
    ],
)
def test_a_day_has_its_iranian_date(day, told):
    assert calendar_dates.jalali(day) == told


def test_every_date_is_a_day_and_back():
    """Every eleventh day of 200 years, which meets each day of each month."""
    first = date(1979, 1, 1).toordinal()
    for day in map(date.fromordinal, range(first, first + 200 * 366, 11)):
        assert calendar_dates.gregorian(*calendar_dates.jalali(day)) == day


@pytest.mark.parametrize("told", [(1404, 12, 30), (1405, 13, 1), (1405, 7, 31), (1405, 1, 0)])
def test_what_is_no_date_is_no_day(told):
    with pytest.raises(ValueError, match="/"):
        calendar_dates.gregorian(*told)


def test_a_reader_is_told_a_date_by_their_calendar():
    day = date(2026, 11, 29)
    assert (i18n.date("fa", day), i18n.date("en", day)) == ("۸ آذر ۱۴۰۵", "Nov 29, 2026")


def test_a_language_has_its_name_in_the_readers():
    told = [i18n.tongue("fa", "en"), i18n.tongue("en", "zh_Hans"), i18n.tongue("en", "xx")]
    assert told == ["انگلیسی", "Chinese", "xx"]
