"""Jobs leave nothing behind in the memory of the worker that carried them."""

import asyncio
import gc
from dataclasses import replace
from functools import partial

import pytest

from procs.core.clock import now
from procs.core.process import Signals
from procs.records.job import Kind, Lane, Lease, Step
from procs.records.job_payload import DeliverPayload
from procs.store import wake
from procs.store.health import workers
from procs.store.jobs import leases, seats
from procs.store.wake import WakeSocket
from procs.worker import running_jobs
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks
from tests.sandbox.shop import Shop, shop

__all__ = ["shop"]
ROOMS, WARM, MORE = 8, 80, 400
#: Objects that come and go whatever the number of jobs: asyncio keeps up to a hundred timers that
#: were cancelled.
NOISE = 200


async def carry(context: WorkerContext, lease: Lease) -> None:
    """Report a step, and end as a delivery ends: by the group of ends, with the next claim."""
    context.progress.say(lease, Step.DELIVER)
    write = partial(leases.finish, context.db, lease, now=now())
    await context.end(lease, Lane.LIGHT, 1, write)


def worker(it: Shop) -> WorkerLoop:
    number = workers.enter(it.db, "w00-1", now=now())
    context = replace(it.context, worker=number, name="w00-1")
    budget = JobBudget(10 * MORE, 0, SlotLocks(it.context.settings.run, 1))
    rooms = dict.fromkeys(Lane, ROOMS)
    return WorkerLoop(context, WakeSocket(it.db.run, "w00-1"), budget, Signals(), rooms)


async def carried(it: Shop, loop: WorkerLoop, first: int, count: int) -> None:
    """So many jobs, each of another person, were added and carried."""
    for start in range(first, first + count, ROOMS):
        with it.db.write():
            for n in range(start, start + ROOMS):
                job = seats.NewJob(n, Lane.LIGHT, Kind.DELIVER, DeliverPayload(n, n))
                seats.add(it.db, job, now=now())
        wake.notify_idle(it.db.run, lanes=(Lane.LIGHT,))
        async with asyncio.timeout(20):
            while loop.budget.spent < start + ROOMS or loop.running_jobs.jobs:
                await asyncio.sleep(0)


async def test_objects_do_not_grow_with_jobs_and_people(
    shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = shop()
    monkeypatch.setattr(running_jobs, "WORK", dict.fromkeys(Kind, carry))
    loop = worker(it)
    task = asyncio.create_task(loop.run())
    await carried(it, loop, 0, WARM)
    gc.collect()
    before = len(gc.get_objects())

    await carried(it, loop, WARM, MORE)

    gc.collect()
    grown = len(gc.get_objects()) - before
    loop.drain("over")
    await task
    assert grown < NOISE
    assert (loop.context.progress.reports, loop.context.progress.steps) == ({}, {})
