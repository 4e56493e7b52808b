"""What the store knows of the engine's versions."""

import pytest

from procs.core.machine import machine_name
from procs.store.database import Database
from procs.store.health import engine_records, failed_attempts
from procs.store.jobs import leases
from procs.worker.process.tallies import Tallies
from tests.contract.conftest import Clock, Desk

HERE = "here"


def downloads(desk: Desk, clock: Clock, *, done: int, broken: int, first: int = 0) -> None:
    """So many downloads that end well, and attempts that find an extractor broken."""
    worker = desk.worker()
    for number in range(done):
        desk.asks(100 + first + number, f"film {first + number}")
        (lease,) = desk.claim(worker)
        leases.finish(desk.db, lease, now=clock.now())
    for number in range(broken):
        facts = {"error": engine_records.BROKEN, "site": "site.example", "code": ""}
        failed_attempts.note(desk.db, number, detail="no player", now=clock.now(), **facts)


def test_a_version_is_judged_by_what_came_after_it(db: Database, desk: Desk, clock: Clock) -> None:
    downloads(desk, clock, done=2, broken=3)
    engine_records.use(db, HERE, "1", now=clock.now())
    downloads(desk, clock, done=3, broken=1, first=2)

    used = engine_records.latest(db, HERE)

    assert used is not None
    assert (used.version, used.done, used.broken, used.share) == ("1", 3, 1, 0.25)


def test_the_usual_share_is_that_of_the_version_before(
    db: Database, desk: Desk, clock: Clock
) -> None:
    engine_records.use(db, HERE, "1", now=clock.now())
    downloads(desk, clock, done=15, broken=5)
    engine_records.use(db, HERE, "2", now=clock.now())

    used = engine_records.latest(db, HERE)

    assert used is not None
    assert (used.version, used.usual, used.tries) == ("2", 0.25, 0)


def test_a_few_tries_are_no_custom(db: Database, desk: Desk, clock: Clock) -> None:
    engine_records.use(db, HERE, "1", now=clock.now())
    downloads(desk, clock, done=0, broken=5)
    engine_records.use(db, HERE, "2", now=clock.now())

    used = engine_records.latest(db, HERE)

    assert used is not None
    assert used.usual == 0


def test_a_refusal_lasts_until_somebody_uses_the_version(db: Database, clock: Clock) -> None:
    engine_records.use(db, HERE, "1", now=clock.now())
    engine_records.refuse(db, HERE, "2", why="worse", now=clock.now())
    before = engine_records.refused_versions(db, HERE), engine_records.in_use(db, HERE)
    engine_records.use(db, HERE, "2", now=clock.now())

    assert before[0] == {"2": "worse"}
    assert before[1] is not None
    assert before[1][0] == "1"
    assert engine_records.refused_versions(db, HERE) == {}


def test_what_another_machine_does_says_nothing_of_a_version(
    db: Database, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on(machine: str) -> None:
        monkeypatch.setattr(machine_name.HERE, "told", machine)

    for machine, version in (("m1", "2"), ("m2", "1")):
        on(machine)
        engine_records.use(db, machine, version, now=clock.now())
    downloads(desk, clock, done=3, broken=10)
    tallies = Tallies()
    tallies.did_download()
    tallies.write(db)
    on("m1")
    downloads(desk, clock, done=0, broken=1, first=50)

    good, bad = engine_records.latest(db, "m1"), engine_records.latest(db, "m2")

    assert good is not None
    assert bad is not None
    assert (good.done, good.broken) == (0, 1)
    assert (bad.done, bad.broken) == (1, 10)


def test_machines_have_versions_of_their_own(db: Database, clock: Clock) -> None:
    engine_records.use(db, HERE, "1", now=clock.now())

    assert engine_records.latest(db, "there") is None
