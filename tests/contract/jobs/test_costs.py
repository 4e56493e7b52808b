"""What one operation costs the disk: counts that depend on no load, so the limits are exact.

Bytes and calls are the kernel's own count for this process (/proc/self/io). A write is a frame of
the log: a header and a page, two calls. 1,200 jobs of 100 users stand in the table meanwhile.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from procs.core.clock import now
from procs.records.job import Kind, Lane
from procs.records.job_payload import LinkPayload
from procs.store.database import Database
from procs.store.jobs import claimable, leases
from procs.store.jobs.seats import NewJob
from tests.contract.cycle import enqueue, turn

pytestmark = pytest.mark.sqlite
USERS, LINE, TIMES, BATCH = 100, 12, 200, 16
Spent = tuple[float, float]


def spent() -> Spent:
    """Bytes and write calls of this process since it began."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    facts = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return facts["wchar"], facts["syscw"]


def cost(operation: Callable[[], object], times: int = TIMES) -> Spent:
    """The mean of one operation."""
    operation()
    before = spent()
    for _ in range(times):
        operation()
    after = spent()
    return (after[0] - before[0]) / times, (after[1] - before[1]) / times


def job(user: int, number: int) -> NewJob:
    payload = LinkPayload(f"https://site.example/watch?v={number:011d}")
    mark = f"fetch:{user}-{number}:best"
    return NewJob(user, Lane.HEAVY, Kind.FETCH, payload, mark=mark, site="site.example")


@pytest.fixture
def full(db: Database) -> Database:
    """A table of users who all have jobs in line, in a worker's process: what another test of this
    one maintained, as the keeper does, kept SQLite's memory short in all of it."""
    db.all("PRAGMA soft_heap_limit = 0")
    enqueue(db, [job(user, n) for n in range(LINE) for user in range(USERS)], now=now())
    return db


def turning(db: Database, room: int) -> Callable[[], object]:
    """A worker's whole cycle: finish what it holds, each by itself, hand the seats on, claim as
    many."""
    held: list[leases.Lease] = []

    def cycle() -> None:
        held[:] = turn(db, worker=1, lane=Lane.HEAVY, room=room, now=now(), done=held)
        assert len(held) == room

    cycle()
    return cycle


def test_what_a_cycle_writes(full: Database) -> None:
    written, calls = cost(turning(full, 1))

    assert written <= 12_100
    assert calls <= 23


def test_what_a_job_writes_when_sixteen_are_claimed_at_once(full: Database) -> None:
    written, calls = cost(turning(full, BATCH), times=20)

    assert written / BATCH <= 8_400
    assert calls / BATCH <= 16


def test_what_an_enqueue_writes(full: Database) -> None:
    numbers = iter(range(LINE, 10**6))

    def ask() -> None:
        number = next(numbers)
        enqueue(full, [job(number % USERS, number)], now=now())

    written, calls = cost(ask)

    assert written <= 4_800
    assert calls <= 9.2


def test_what_a_beat_of_four_leases_writes(full: Database) -> None:
    leases.claim(full, worker=1, lane=Lane.HEAVY, room=4, now=now())

    written, calls = cost(lambda: leases.renew(full, worker=1, now=now()))

    assert written <= 1_100
    assert calls <= 2.1


def test_reading_writes_nothing(full: Database) -> None:
    assert cost(lambda: claimable.ready(full, Lane.HEAVY)) == (0, 0)
