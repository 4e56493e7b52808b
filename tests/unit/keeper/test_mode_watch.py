"""The system goes into a milder mode after a while of trouble, and back after a longer calm."""

from collections import Counter

import pytest

from procs.bot.alerts import alert_text
from procs.core import clock
from procs.core.clock import Now
from procs.errors.alert_kinds import MODE
from procs.keeper.modes import memory_watch, mode_watch
from procs.keeper.modes.memory_watch import MemoryWatch
from procs.keeper.modes.mode_watch import ENTER, LEAVE, STORM, ModeWatch
from procs.records.job import Ask, Link, Person
from procs.store.health import alerts, counters, histograms, low_disks
from procs.store.modes import bot_modes, mode_rules
from procs.store.modes.bot_modes import Mode
from procs.store.people import users
from procs.store.requests import requests

OPEN = """
INSERT INTO breakers (site, egress, person, failures, openings, until, why, since)
VALUES (:site, 'default', -1, 3, 1, :until, 'site-broken', :now)
"""


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


def memory(monkeypatch, folder, percent: int) -> None:
    """The kernel says so much of the memory is available."""
    file = folder / "available"
    file.write_text(f"MemTotal: 100 kB\nMemAvailable: {percent} kB\n")
    monkeypatch.setattr(memory_watch, "MEMORY_FILE", str(file))


class Watches(ModeWatch):
    """One keeper's looks, at its machine and at all."""

    def watch(self) -> None:
        MemoryWatch(self.db).watch()
        super().watch()


@pytest.fixture
def watch(db, settings, monkeypatch, tmp_path) -> ModeWatch:
    """Rules that act at once, on a machine where all is well."""
    monkeypatch.setattr(mode_watch, "ENTER", 0.0)
    monkeypatch.setattr(mode_watch, "LEAVE", 0.0)
    memory(monkeypatch, tmp_path, 50)
    return Watches(db, settings)


def held(db) -> tuple[Mode, str]:
    row = bot_modes.current(db, now=clock.now())
    return row.mode, row.why


def told(db) -> list[tuple[str, str]]:
    return [(one.subject, one.detail) for one in alerts.standing(db) if one.kind == MODE]


def test_a_low_disk_lets_only_kept_media_out_and_admins_are_told_of_both_ends(db, watch):
    low_disks.note_low(db, "here", free=1, now=clock.now())
    watch.watch()
    assert (held(db), told(db)) == ((Mode.KEPT, "disk"), [("kept", "disk")])
    low_disks.note_enough(db, "here")
    watch.watch()
    assert (held(db), told(db)) == ((Mode.NORMAL, ""), [])


def test_memory_that_is_enough_asks_the_store_nothing(db, monkeypatch, tmp_path):
    memory(monkeypatch, tmp_path, 50)
    watch = MemoryWatch(db)
    watch.watch()
    db.close()
    watch.watch()
    memory(monkeypatch, tmp_path, 5)

    with pytest.raises(Exception, match="closed"):
        watch.watch()


def test_little_memory_makes_films_small_until_there_is_enough(db, watch, monkeypatch, tmp_path):
    for share, mode in ((5, Mode.LIGHT), (8, Mode.LIGHT), (20, Mode.NORMAL)):
        memory(monkeypatch, tmp_path, share)
        watch.watch()
        assert (share, held(db)[0]) == (share, mode)


@pytest.mark.parametrize(
    ("waited", "mode", "why"),
    [(60, Mode.NORMAL, ""), (700, Mode.LIGHT, "slow"), (2000, Mode.SOUND, "slower")],
)
def test_downloads_that_wait_for_long_make_the_others_smaller(db, watch, waited, mode, why):
    users.remember(db, Person(7), now=at(-waited))
    link = Link("https://clips.example/a", "clips.example", "url:a")
    requests.submit(db, [Ask(7, 7, 1, 0, link)], now=at(-waited))
    watch.watch()
    assert held(db) == (mode, why)


def answers(db, count: int, seconds: float) -> None:
    """So many requests ended whose first answer took so long."""
    counts: Counter[str] = Counter()
    for _ in range(count):
        histograms.note(counts, "response.delivered", seconds)
    counters.add_all(db, counts)


def test_first_answers_that_come_late_make_films_small_until_they_come_soon(db, watch):
    watch.watch()
    for count, seconds, mode in ((19, 40, Mode.NORMAL), (1, 40, Mode.LIGHT), (500, 1, Mode.NORMAL)):
        answers(db, count, seconds)
        watch.watch()
        assert (count, *held(db)) == (count, mode, "response" if mode is Mode.LIGHT else "")


def rest(db, sites: int) -> None:
    """So many sites rest for everybody, and no other."""
    with db.write():
        db.change("DELETE FROM breakers", {})
        for n in range(sites):
            facts = {"site": f"{n}.example", "until": at(600).wall, "now": clock.now().wall}
            db.change(OPEN, facts)


def test_a_storm_of_breakers_stops_new_downloads_until_it_is_calm(db, watch):
    for sites, mode in ((STORM - 1, Mode.NORMAL), (STORM, Mode.KEPT), (3, Mode.KEPT)):
        rest(db, sites)
        watch.watch()
        assert (sites, held(db)[0]) == (sites, mode)
    rest(db, 1)
    watch.watch()
    assert held(db)[0] is Mode.NORMAL


def test_the_strictest_rule_decides_and_each_mode_has_an_alert_of_its_own(
    db, watch, monkeypatch, tmp_path
):
    memory(monkeypatch, tmp_path, 1)
    watch.watch()
    assert told(db) == [("light", "memory")]
    low_disks.note_low(db, "here", free=1, now=clock.now())
    watch.watch()
    assert told(db) == [("kept", "disk")]
    low_disks.note_enough(db, "here")
    watch.watch()
    assert (held(db)[0], told(db)) == (Mode.LIGHT, [("light", "memory")])


@pytest.mark.parametrize(
    ("language", "mode", "why"),
    [("en", "Kept media only", "the disk is low"), ("fa", "فقط موجودی‌ها", "دیسک داره پر می‌شه")],
)
def test_admins_read_the_mode_and_the_rule_in_their_language(db, watch, language, mode, why):
    facts = {"kind": MODE, "subject": "kept", "detail": "disk", "word": "new", "seconds": 60}
    text = alert_text.render(
        language, [{**facts, "count": 1, "lasts": True, "job": 0, "worker": ""}]
    )
    assert (mode in text, why in text) == (True, True)


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
    monkeypatch.setattr(memory_watch, "MEMORY_FILE", str(file))
    assert memory_watch.available_memory() == (0.05 if "100" in text else 1.0)
