"""A sleeping worker claims when it is told of work, before its loop is awake."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from procs.core.clock import now
from procs.core.process import Signals
from procs.errors import StoreAway
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import DeliverPayload
from procs.store.health import workers
from procs.store.jobs import leases, seats
from procs.store.wake import WORK as HAS_WORK
from procs.store.wake import WakeSocket
from procs.worker import running_jobs
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks
from tests.sandbox.shop import Shop, shop

__all__ = ["shop"]
WORD = HAS_WORK % Lane.LIGHT


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that were carried; all that one does is to end."""
    found: list[int] = []

    async def carry(context: WorkerContext, lease: Lease) -> None:
        found.append(lease.job)
        leases.finish(context.db, lease, now=now())

    monkeypatch.setattr(running_jobs, "WORK", dict.fromkeys(Kind, carry))
    return found


def worker(it: Shop) -> WorkerLoop:
    """One that has a room in each lane."""
    number = workers.enter(it.db, "w00-1", now=now())
    context = replace(it.context, worker=number, name="w00-1")
    budget = JobBudget(100, 0, SlotLocks(it.context.settings.run, 1))
    rooms = dict.fromkeys(Lane, 1)
    return WorkerLoop(context, WakeSocket(it.db.run, "w00-1"), budget, Signals(), rooms)


def delivery(it: Shop) -> int:
    """A new job in the lane of deliveries."""
    new = seats.NewJob(7, Lane.LIGHT, Kind.DELIVER, DeliverPayload(1, 1))
    with it.db.write():
        return seats.add(it.db, new, now=now())


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not what():
            await asyncio.sleep(0.005)


async def test_a_word_starts_the_job_before_the_loop_wakes_up(shop, done) -> None:
    it = shop()
    loop = worker(it)
    task = asyncio.create_task(loop.run())
    await until(lambda: loop.sleeps)
    job = delivery(it)

    loop.hear({WORD})

    assert list(loop.running_jobs.jobs) == [job]
    await until(lambda: done)
    loop.drain("over")
    await task
    assert done == [job]


async def test_a_worker_that_drains_claims_nothing_any_more(shop, done) -> None:
    it = shop()
    loop = worker(it)
    loop.sleeps = True
    delivery(it)
    loop.drain("over")

    loop.hear({WORD})

    assert not loop.running_jobs.jobs


async def test_a_worker_that_is_awake_leaves_it_to_its_loop(shop, done) -> None:
    it = shop()
    loop = worker(it)
    delivery(it)

    loop.hear({WORD})

    assert (loop.told, loop.running_jobs.jobs) == ({Lane.LIGHT}, {})


async def test_what_cannot_be_claimed_is_left_to_the_loop_which_handles_the_failure(
    shop, done, monkeypatch
) -> None:
    it = shop()
    loop = worker(it)
    loop.sleeps = True
    fail = partial(_raise, StoreAway("the server is away"))
    monkeypatch.setattr(loop.line, "claim", fail)

    loop.hear({WORD})

    assert loop.told == {Lane.LIGHT}
    assert loop.news.is_set()


def _raise(error: Exception, *_: object, **__: object) -> None:
    raise error
