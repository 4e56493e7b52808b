"""`chapar mode`, and the mode and the panel's settings where the operator looks, without
processes."""

import pytest

from procs.core import clock
from procs.store.admins import audit_log
from procs.store.health import runtime_settings
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import Mode
from tests.sandbox.house import house

__all__ = ["house"]


def mode(house) -> Mode:
    return bot_modes.current(house.db, now=clock.now()).mode


def test_a_mode_is_set_with_an_end_and_a_reason_and_left_to_the_system(house):
    assert house.says("mode")[1] == ["normal: nobody set another"]
    _, said, _ = house.says("mode", "light", "2h", "the", "disk", "is", "slow")
    assert said[0].startswith("light, by hand, since 2")
    assert said[0].endswith(": the disk is slow")
    assert mode(house) is Mode.LIGHT
    assert "mode: light, by hand" in "\n".join(house.says("status")[1])
    assert house.says("mode", "auto")[1] == ["normal: nobody set another"]
    assert "mode:" not in "\n".join(house.says("status")[1])
    noted = [(one.admin, one.action, one.became) for one in audit_log.latest(house.db)]
    assert noted == [(0, "mode-set", "normal"), (0, "mode-set", "light")]


@pytest.mark.parametrize("words", [["dark"], ["light", "2x"], ["auto", "2h"], ["light", "0h"]])
def test_what_is_no_mode_changes_nothing_and_says_what_is_one(house, words):
    code, _, said = house.says("mode", *words)
    assert code == 1
    assert "2h" in said
    assert mode(house) is Mode.NORMAL


def test_check_says_what_admins_set_in_the_panel(house):
    runtime_settings.write(house.db, "max_playlist", "7", now=clock.now())
    (line,) = [one for one in house.says("check", "--no-bot")[1] if "MAX_PLAYLIST" in one]
    assert line.split() == ["CHAPAR_MAX_PLAYLIST", "7", "the", "panel"]
