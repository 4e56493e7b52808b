"""The drill: each month the oldest backup is restored again; a bad one is an alert until the next
is good."""

import json
from pathlib import Path

import pytest

from procs.backups import backup_drill, backup_store
from procs.backups.__main__ import carry_out
from procs.backups.backup_store import BAD, OK
from procs.core import clock
from procs.keeper.monitor.machine_gauges import MachineGauges
from tests.unit.backups.conftest import Home

DAY = 86400.0


@pytest.fixture
def home(short_home: Path) -> Home:
    home = Home(short_home)
    home.asks("a", "b")
    return home


def ages(home: Home, seconds: float) -> None:
    """As if the last drill had been so long ago; without one, as if the backups were so old."""
    folder = home.settings.backup_folder
    paths = [folder / backup_drill.NOTE] if (folder / backup_drill.NOTE).exists() else []
    for path in paths or list(folder.glob("chapar-*.json")):
        facts = json.loads(path.read_text())
        for name in {"at", "taken_at"} & facts.keys():
            facts[name] -= seconds
        path.write_text(json.dumps(facts))


def is_told(home: Home) -> bool:
    gauges = MachineGauges(home.settings, began=clock.now().boot).backups(clock.now())
    return bool(gauges["drill_bad"][0])


def test_the_first_is_a_month_after_the_oldest_backup_and_then_each_month(home: Home) -> None:
    none = backup_drill.is_due(home.settings)
    home.backs_up()
    fresh = backup_drill.is_due(home.settings)
    ages(home, 31 * DAY)
    due = backup_drill.is_due(home.settings)
    backup_drill.run(home.settings)
    after = backup_drill.is_due(home.settings)
    ages(home, 31 * DAY)

    assert (none, fresh, due, after) == (False, False, True, False)
    assert backup_drill.is_due(home.settings)


def test_it_restores_the_oldest_and_notes_that_it_is_good(home: Home) -> None:
    oldest = home.backs_up()
    home.asks("c")
    home.backs_up()

    drill = backup_drill.run(home.settings)

    assert (drill.name, drill.state) == (oldest.name, OK)
    assert backup_drill.last(home.settings.backup_folder) == drill
    assert not is_told(home)


def test_one_that_rotted_is_found_told_and_over_with_the_next_good_drill(home: Home) -> None:
    rotten, good = home.backs_up(), home.backs_up()
    path = home.file(rotten)
    middle = rotten.size // 2
    content = bytearray(path.read_bytes())
    content[middle] ^= 0xFF
    path.write_bytes(content)
    drill = backup_drill.run(home.settings)
    told, soon = is_told(home), backup_drill.is_due(home.settings)
    ages(home, 1.1 * DAY)

    carry_out(home.settings)  # the keeper's next backup, which drills when that is due

    states = {one.name: one.state for one in backup_store.listed(home.settings.backup_folder)}
    last = backup_drill.last(home.settings.backup_folder)
    assert (drill.name, drill.state, told, soon) == (rotten.name, BAD, True, False)
    assert "differs" in drill.why or "SHA" in drill.why
    assert (states.get(rotten.name, BAD), states.get(good.name, OK)) == (BAD, OK)
    assert last is not None
    assert (last.state, is_told(home)) == (OK, False)


def test_without_a_verified_backup_it_is_bad(home: Home) -> None:
    drill = backup_drill.run(home.settings)

    assert (drill.name, drill.state) == ("", BAD)
    assert drill.why.startswith("there is no verified backup")
    assert is_told(home)


def test_a_note_that_cannot_be_read_counts_as_none(home: Home) -> None:
    home.backs_up()
    backup_drill.run(home.settings)
    (home.settings.backup_folder / backup_drill.NOTE).write_text("{")

    assert backup_drill.last(home.settings.backup_folder) is None
    assert not is_told(home)
