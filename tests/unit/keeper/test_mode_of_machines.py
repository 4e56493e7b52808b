"""What one machine of several lacks changes the mode of all only where the others cannot make up
for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from procs.config import Settings
from procs.core import clock
from procs.core.machine import machine_name
from procs.keeper.modes import memory_watch, mode_watch
from procs.keeper.modes.memory_watch import MemoryWatch
from procs.keeper.modes.mode_watch import STORM, ModeWatch
from procs.store.database import Database
from procs.store.health import low_disks
from procs.store.jobs import pause_control, pauses
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.modes import bot_modes, mode_rules
from procs.store.modes.bot_modes import Mode

OPEN = """
INSERT INTO breakers (site, egress, person, failures, openings, until, why, since)
VALUES (:site, :egress, -1, 3, 1, :until, 'bot-check', :now)
"""
CHANGES = "SELECT total_changes()"


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Go on as a process of another machine."""
    return lambda name: monkeypatch.setattr(machine_name.HERE, "told", name)


@pytest.fixture
def watch(
    db: Database, settings: Settings, on: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> ModeWatch:
    """Rules that act at once, on the first of two machines that carry jobs."""
    monkeypatch.setattr(mode_watch, "ENTER", 0.0)
    monkeypatch.setattr(mode_watch, "LEAVE", 0.0)
    for name in ("m1", "m2"):
        beats(db, name)
    on("m1")
    return ModeWatch(db, settings)


def beats(db: Database, name: str, *, ago: float = 0.0) -> None:
    facts = {"boot": "b", "home": "/srv", "roles": "worker,keeper", "slots": 2, "version": "1"}
    now = clock.now()
    machine_rows.beat(db, name, **facts, now=replace(now, boot=now.boot - ago))


def mode(watch: ModeWatch) -> tuple[Mode, str]:
    watch.watch()
    row = bot_modes.current(watch.db, now=clock.now())
    return row.mode, row.why


def test_downloads_go_on_while_one_machine_has_room(db: Database, watch: ModeWatch) -> None:
    low_disks.note_low(db, "m2", free=1, now=clock.now())
    one = mode(watch)
    low_disks.note_low(db, "m1", free=1, now=clock.now())

    assert (one, mode(watch)) == ((Mode.NORMAL, ""), (Mode.KEPT, "disk"))


def test_room_on_a_machine_that_carries_nothing_is_of_no_use(
    db: Database, watch: ModeWatch
) -> None:
    low_disks.note_low(db, "m1", free=1, now=clock.now())
    pause_control.pause(db, pauses.machine("m2"), now=clock.now())

    assert mode(watch) == (Mode.KEPT, "disk")


def shut(db: Database, sites: int, *egresses: str) -> None:
    """So many sites let nobody in by these ways."""
    now = clock.now().wall
    with db.write():
        for number in range(sites):
            for egress in egresses:
                facts = {"site": f"{number}.example", "egress": egress, "until": now + 600}
                db.change(OPEN, {**facts, "now": now})


def test_sites_that_refuse_the_address_of_one_machine_are_no_storm(
    db: Database, watch: ModeWatch
) -> None:
    shut(db, STORM, "default/m1")
    one = mode(watch)
    shut(db, STORM, "default/m2")

    assert (one, mode(watch)) == ((Mode.NORMAL, ""), (Mode.KEPT, "storm"))


def test_sites_that_refuse_a_proxy_refuse_it_from_everywhere(
    db: Database, watch: ModeWatch
) -> None:
    shut(db, STORM - 1, "proxy.example:1080")
    before = mode(watch)
    shut(db, STORM, "other.example:1080")

    assert (before[0], mode(watch)) == (Mode.NORMAL, (Mode.KEPT, "storm"))


@pytest.fixture
def memory(
    on: Callable[[str], None], db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str, int], None]:
    """The keeper of a machine sees that so many percent are available."""
    watches = {name: MemoryWatch(db) for name in ("m1", "m2")}
    file = tmp_path / "meminfo"
    monkeypatch.setattr(memory_watch, "MEMORY_FILE", str(file))

    def see(name: str, percent: int) -> None:
        file.write_text(f"MemTotal: 100 kB\nMemAvailable: {percent} kB\n")
        on(name)
        watches[name].watch()

    return see


def test_little_memory_of_one_machine_makes_films_small_though_another_has_enough(
    watch: ModeWatch, memory: Callable[[str, int], None]
) -> None:
    found = []
    for percent in (5, 8, 20):
        memory("m1", percent)
        memory("m2", 50)
        found.append(mode(watch))

    assert found == [(Mode.LIGHT, "memory"), (Mode.LIGHT, "memory"), (Mode.NORMAL, "")]


def test_two_machines_write_nothing_while_each_sees_the_same_of_its_memory(
    db: Database, memory: Callable[[str, int], None]
) -> None:
    memory("m1", 5)
    memory("m2", 50)
    before = db.one(CHANGES)
    memory("m1", 5)
    memory("m2", 50)

    assert db.one(CHANGES) == before


def test_the_memory_of_a_machine_that_is_gone_or_drained_counts_no_more(
    db: Database, watch: ModeWatch, memory: Callable[[str, int], None]
) -> None:
    memory("m2", 5)
    low = mode(watch)
    pause_control.pause(db, pauses.machine("m2"), now=clock.now())
    drained = mode(watch)
    beats(db, "m2", ago=GONE_AFTER + 1)
    gone = mode(watch)

    assert (low[0], drained[0], gone[0]) == (Mode.LIGHT, Mode.NORMAL, Mode.NORMAL)
    assert mode_rules.machines(db, mode_watch.MEMORY_RULE) == {}


def test_what_was_noted_of_all_memory_before_machines_shared_it_is_forgotten(
    db: Database, watch: ModeWatch
) -> None:
    facts = {"enter": 0.0, "leave": 0.0, "now": clock.now()}
    mode_rules.note(db, mode_watch.MEMORY_RULE, bad=True, good=False, **facts)

    assert mode(watch) == (Mode.NORMAL, "")
    assert mode_rules.machines(db, mode_watch.MEMORY_RULE) == {}


def test_a_storm_ends_with_the_calm_of_one_machine(db: Database, watch: ModeWatch) -> None:
    shut(db, STORM, "default/m1", "default/m2")
    stormy = mode(watch)
    with db.write():
        db.change("DELETE FROM breakers WHERE egress = 'default/m2'")

    assert (stormy[0], mode(watch)[0]) == (Mode.KEPT, Mode.NORMAL)
