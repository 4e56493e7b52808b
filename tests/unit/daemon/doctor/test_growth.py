"""When the doctor says that a machine is full, by what the keeper sampled."""

import os
from contextlib import closing
from dataclasses import dataclass

import pytest

from daemon.doctor.diagnosis import Severity
from daemon.doctor.growth_checks import CARRIED, MOST_OF_DAY, NEAR
from procs.core import clock
from procs.store.database import open_database
from procs.store.machines import machine_rows
from procs.store.move import change_notes
from procs.store.move.table_layout import layouts
from procs.store.reports import use_sums
from procs.store.reports.use_sums import ONE_HOUR, Sums
from tests.unit.daemon.doctor.conftest import of

MANY = round(NEAR * CARRIED * (os.cpu_count() or 1) * ONE_HOUR) + 1


@dataclass
class Hour:
    """So many hours ago, with this load by core and so many requests."""

    ago: int
    load: float
    requests: int = 1


def sampled(home, hours: list[Hour]) -> None:
    sums, now = Sums(), clock.now().wall
    for one in hours:
        at = now - one.ago * ONE_HOUR
        for _ in range(60):
            use_sums.note(sums, at, "samples")
            use_sums.note(sums, at, "load", value=round(one.load * 1000))
        use_sums.note(sums, at, "received", value=one.requests)
    with closing(open_database(f"sqlite:///{home}/chapar.db", run=home / "run")) as db, db.write():
        use_sums.add(db, sums)


@pytest.mark.parametrize(
    ("hours", "severity", "says"),
    [
        ([Hour(n, 0.4) for n in range(23)], Severity.OK, "this machine is enough"),
        (
            [Hour(n, 1.2 if n < MOST_OF_DAY else 0.3) for n in range(23)],
            Severity.WARNING,
            "the cores are full most of the day",
        ),
        ([Hour(n, 3.0) for n in range(MOST_OF_DAY - 1)], Severity.OK, "this machine is enough"),
        (
            [Hour(1, 0.9, requests=MANY)],
            Severity.WARNING,
            "the busiest hour is near what this machine carries",
        ),
        ([Hour(n, 3.0) for n in range(30, 50)], None, None),
    ],
)
def test_a_machine_is_full_by_its_hours_or_its_busiest_one(visit, home, hours, severity, says):
    sampled(home, hours)

    found = of(visit(), "growth")

    assert [(one.severity, one.says) for one in found] == ([(severity, says)] if says else [])
    if severity is Severity.WARNING:
        assert "chapar move --to" in found[0].fix


def test_machines_that_share_a_database_carry_what_arrives_together(visit, home):
    sampled(home, [Hour(1, 0.5, requests=MANY)])
    facts = {"boot": "b", "home": "/c", "roles": "worker", "version": "1"}
    with closing(open_database(f"sqlite:///{home}/chapar.db", run=home / "run")) as db:
        for name in ("m1", "m2"):
            machine_rows.beat(db, name, slots=os.cpu_count() or 1, now=clock.now(), **facts)

    (found,) = of(visit(), "growth")

    assert found.severity is Severity.OK


def test_a_move_that_was_left_is_found(visit, home):
    assert of(visit(), "move") == []
    url = f"sqlite:///{home}/chapar.db"
    with closing(open_database(url, run=home / "run")) as db:
        change_notes.begin(db, url, layouts())

    (found,) = of(visit(), "move")

    assert (found.severity, "chapar move --cancel" in found.fix) == (Severity.WARNING, True)
