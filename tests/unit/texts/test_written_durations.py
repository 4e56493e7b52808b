"""Durations as admins write them, in either language and any digits."""

import pytest

from procs.texts import written_durations

DAY = 86400.0


@pytest.mark.parametrize(
    ("text", "seconds", "rest"),
    [
        ("7d spam", 7 * DAY, "spam"),
        ("7 d", 7 * DAY, ""),
        ("2 hours of noise", 7200, "of noise"),
        ("۷ روز تبلیغ", 7 * DAY, "تبلیغ"),
        ("۷روز تبلیغ زیاد", 7 * DAY, "تبلیغ زیاد"),
        ("۲ ساعت", 7200, ""),
        ("۱ هفته", 7 * DAY, ""),
        ("۳۰ دقیقه", 1800, ""),
        ("1.5h", 5400, ""),
        ("5 men came", 0, "5 men came"),
        ("روزی ۵ بار تبلیغ", 0, "روزی ۵ بار تبلیغ"),
        ("۳ روزنامه فرستاد", 0, "۳ روزنامه فرستاد"),
        ("7", 0, "7"),
        ("", 0, ""),
    ],
)
def test_a_duration_in_front_is_taken_and_the_rest_left(text, seconds, rest):
    assert written_durations.leading(text) == (seconds, rest)
