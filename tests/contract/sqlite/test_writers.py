"""Processes that wait for each other at the gate: each gets its share, and none waits for long."""

import multiprocessing
from functools import partial

import pytest

from procs.core.clock import now
from procs.records.job import Kind, Lane
from procs.records.job_payload import LinkPayload
from procs.store.backups.invariants import audit
from procs.store.jobs.seats import NewJob
from procs.store.requests import link_groups
from tests.contract.conftest import Desk
from tests.contract.cycle import enqueue
from tests.contract.place import Place

pytestmark = pytest.mark.sqlite
FORK = multiprocessing.get_context("fork")
WRITERS = 4
#: Seconds of writing, and until all of them are there.
SPAN, START = 1.0, 0.3


def writes(place: Place, start: float, user: int) -> tuple[int, float]:
    """FULL transactions one after the other: how many, and the longest wait in seconds."""
    db, count, longest = place.open(), 0, 0.0
    while now().boot < start:
        pass
    before = start
    while before < start + SPAN:
        enqueue(db, [NewJob(user, Lane.HEAVY, Kind.FETCH, LinkPayload())], now=now())
        count, after = count + 1, now().boot
        longest, before = max(longest, after - before), after
    db.close()
    return count, longest


def test_every_writer_gets_its_share(place: Place) -> None:
    """With the busy timeout of SQLite alone, the least of four gets a thousandth."""
    with FORK.Pool(WRITERS) as pool:
        work = partial(writes, place, now().boot + START)
        counts, waits = zip(*pool.map(work, range(WRITERS), chunksize=1), strict=True)

    assert min(counts) > 0.7 * sum(counts) / WRITERS
    assert max(waits) < SPAN / 2


def test_a_group_is_cancelled_in_one_transaction(desk: Desk) -> None:
    speaker = desk.asks(1, *"abcdefghijkl")[0].request
    statements: list[str] = []
    desk.db.connection.set_trace_callback(statements.append)

    assert link_groups.cancel(desk.db, speaker, user=1, now=desk.clock.now())

    assert statements.count("COMMIT") == 1
    assert audit(desk.db) == []
