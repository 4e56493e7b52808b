"""The system goes into a milder mode after a while of trouble, and back after a longer calm."""

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.keeper.modes import mode_watch
from procs.keeper.modes.mode_watch import ENTER, LEAVE, ModeWatch
from procs.store.health import alerts, low_disks
from procs.store.modes import bot_modes, mode_rules
from procs.store.modes.bot_modes import Mode


def at(seconds: float) -> Now:
    now = clock.now()
    return Now(wall=now.wall + seconds, boot=now.boot + seconds)


def seen(db, seconds: float, *, bad: bool, good: bool) -> bool:
    return mode_rules.note(
        db, "memory", bad=bad, good=good, enter=ENTER, leave=LEAVE, now=at(seconds)
    )


def test_a_rule_acts_after_trouble_without_a_break_alone(db):
    assert not seen(db, 0, bad=True, good=False)
    assert not seen(db, ENTER - 1, bad=False, good=False)
    assert not seen(db, ENTER, bad=True, good=False)
    assert seen(db, 2 * ENTER + 1, bad=True, good=False)


def test_a_rule_ends_after_a_longer_calm_alone(db):
    seen(db, 0, bad=True, good=False)
    assert seen(db, ENTER + 1, bad=True, good=False)
    assert seen(db, ENTER + 2, bad=False, good=True)
    assert seen(db, ENTER + LEAVE, bad=False, good=False)
    assert seen(db, ENTER + LEAVE + 1, bad=False, good=True)
    assert not seen(db, ENTER + 2 * LEAVE + 2, bad=False, good=True)


def test_a_low_disk_lets_only_kept_media_out_and_admins_are_told(db, settings, monkeypatch):
    monkeypatch.setattr(mode_watch, "ENTER", 0.0)
    monkeypatch.setattr(mode_watch, "LEAVE", 0.0)
    low_disks.note_low(db, "here", free=1, now=clock.now())
    ModeWatch(db, settings).watch()
    row = bot_modes.current(db, now=clock.now())
    assert (row.mode, row.why) == (Mode.KEPT, "disk")
    assert [one.kind for one in alerts.standing(db)] == [alert_kinds.MODE]
    low_disks.note_enough(db, "here")
    ModeWatch(db, settings).watch()
    assert bot_modes.current(db, now=clock.now()).mode is Mode.NORMAL
    assert alerts.standing(db) == []


def test_an_admins_word_goes_before_the_systems_until_its_end(db):
    bot_modes.set_by_system(db, Mode.SOUND, why="slower", now=clock.now())
    until = clock.now().wall + 60
    bot_modes.set_by_hand(db, Mode.NORMAL, until=until, admin=1, now=clock.now())
    assert bot_modes.current(db, now=clock.now()).mode is Mode.NORMAL
    assert bot_modes.current(db, now=at(61)).mode is Mode.SOUND


@pytest.mark.parametrize("text", ["MemTotal: 100 kB\nMemAvailable: 5 kB\n", "nonsense", ""])
def test_memory_is_read_as_the_kernel_says_it(text, tmp_path, monkeypatch):
    file = tmp_path / "meminfo"
    file.write_text(text)
    monkeypatch.setattr(mode_watch, "MEMORY_FILE", str(file))
    assert mode_watch.available_memory() == (0.05 if "100" in text else 1.0)
