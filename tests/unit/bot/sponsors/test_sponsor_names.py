"""What an admin writes about a sponsor: instants by both calendars, and numbers."""

from datetime import UTC, datetime

import pytest

from procs.bot.admin.sponsors import sponsor_names
from procs.core.clock import Now

#: 29 November 2026 (8 Azar 1405), 12:00 UTC, which is 15:30 in Tehran.
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
NOW = Now(NOON, 0.0)
HOUR, TEHRAN = 3600.0, 3.5 * 3600


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-11-30", 12),
        ("2026/11/30 18:30", 30.5),
        ("۱۴۰۵/۹/۹", 12),
        ("1405-09-09 18.30", 30.5),
    ],
)
def test_a_day_is_that_of_either_calendar_on_the_admins_clock(text, hours):
    read = sponsor_names.instant(text, "en", now=NOW)
    assert read == NOON + hours * HOUR
    assert sponsor_names.instant(text, "fa", now=NOW) == read - TEHRAN


@pytest.mark.parametrize(("text", "days"), [("7d", 7), ("۷ روز", 7), ("2 weeks", 14)])
def test_a_duration_counts_from_now(text, days):
    assert sponsor_names.instant(text, "fa", now=NOW) == NOON + days * 24 * HOUR


@pytest.mark.parametrize("text", ["-", "—", "۰", " 0 "])
def test_a_dash_is_no_limit(text):
    assert sponsor_names.instant(text, "fa", now=NOW) is None


@pytest.mark.parametrize(
    "text", ["", "soon", "1405/13/1", "1405/12/30", "2026-02-30", "2026-01-01 25:00", "7d and more"]
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        sponsor_names.instant(text, "fa", now=NOW)
