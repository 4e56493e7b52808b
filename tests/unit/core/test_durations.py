"""Durations: one reader, wherever people write one."""

import pytest

from daemon.commands import error_groups
from procs.config import chat_values, rulebook, values
from procs.core import durations
from procs.texts import i18n

WRITTEN = [("90s", 90), ("1.5h", 5400), ("10m", 600), ("2 min", 120), ("7d", 604800), ("0s", 0)]


@pytest.mark.parametrize(("text", "length"), WRITTEN)
def test_a_duration_means_the_same_in_settings_rules_and_commands(tmp_path, text, length):
    assert durations.read(text) == length
    assert (
        values.seconds(text)
        == rulebook.span(text, tmp_path)
        == error_groups.length_of(text)
        == length
    )


@pytest.mark.parametrize("text", ["90", "90.5"])
def test_a_number_alone_is_a_duration_only_where_its_unit_is_known(text):
    assert durations.read(text) is None
    assert durations.read(text, unit="s") == values.seconds(text) == float(text)


@pytest.mark.parametrize(
    "text",
    ["", "s", "-5s", "5 apples", "5s5s", "1e3s", "5S", ".5s", "5.s", "9" * 400 + "d", "5s\n"],
)
def test_what_is_no_duration_is_none_anywhere(text):
    assert durations.read(text, unit="s") is None
    with pytest.raises(ValueError, match="write for example"):
        values.seconds(text)
    with pytest.raises(ValueError, match="write for example"):
        chat_values.encoding(text)


@pytest.mark.parametrize("seconds", [0.0, 1.0, 40.2, 60.0, 61.0, 3600.0, 3601.0, 90000.0])
def test_a_duration_is_spelled_as_people_read_it(seconds):
    assert durations.spell(seconds) == i18n.span("en", seconds)
