"""What an admin writes about a broadcast: buttons and hours; and the hours of a night."""

from datetime import UTC, datetime

import pytest

from procs.bot.broadcast import written_values
from procs.core import night_hours
from procs.core.night_hours import NightHours

#: 29 November 2026 (8 Azar 1405), 12:00.
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("13:30", 1.5),
        ("۱۳:۳۰", 1.5),
        ("11.00", 23),
        ("12:00", 24),
        ("2026-11-30 12:00", 24),
        ("۱۴۰۵/۹/۹ ۱۲:۰۰", 24),
        ("2026-11-29 13:00", 1),
    ],
)
def test_a_start_is_the_next_such_hour_or_that_of_a_day(text, hours):
    assert written_values.start(text, NOON, UTC) == NOON + hours * HOUR


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25:00", "12:60", "2026-11-29 11:00", "2025-01-01 10:00", "2029-01-01 1:00"],
)
def test_what_is_no_hour_ahead_of_us_is_none(text):
    assert written_values.start(text, NOON, UTC) is None


def test_buttons_are_rows_of_labels_and_addresses():
    text = "Site - https://a.example\n\nA | tg://resolve?domain=x && B – http://b.example/x-y"
    assert written_values.buttons(text) == (
        (("Site", "https://a.example"),),
        (("A", "tg://resolve?domain=x"), ("B", "http://b.example/x-y")),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "Site", "https://a.example", "Site - javascript:alert(1)", "Site - a.example"),
        "A - https://a.example\nB",
        " && ".join(["A - https://a.example"] * 4),
        "\n".join(["A - https://a.example"] * 9),
        f"{'x' * 65} - https://a.example",
    ],
)
def test_what_is_no_button_or_too_many_is_none(text):
    assert written_values.buttons(text) is None


@pytest.mark.parametrize(
    ("hours", "hour", "ends", "begins"),
    [
        (NightHours(23, 8), 12, None, 11),
        (NightHours(23, 8), 23, 9, 24),
        (NightHours(23, 8), 7, 1, 16),
        (NightHours(23, 8), 8, None, 15),
        (NightHours(1, 6), 0, None, 1),
        (NightHours(1, 6), 5, 1, 20),
    ],
)
def test_a_night_may_go_over_midnight(hours, hour, ends, begins):
    now = datetime(2026, 11, 29, hour, tzinfo=UTC).timestamp()
    assert night_hours.ends(hours, now, UTC) == (None if ends is None else now + ends * HOUR)
    assert night_hours.begins(hours, now, UTC) == now + begins * HOUR
