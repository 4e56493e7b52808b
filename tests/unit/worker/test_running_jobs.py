"""Jobs that are taken away from a worker in the worst moment leave their room, and nothing else."""

import asyncio
from typing import Any

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.records.job import Ask, Kind, Lane, Lease, Link, State
from procs.store.health import workers
from procs.store.jobs import leases, recovery
from procs.store.requests import requests
from procs.telegram.pace import Pace
from procs.worker import running_jobs
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.running_jobs import RunningJobs

LINK = Link("https://site.example/a", "site.example", "url:a")


@pytest.fixture
def context(settings, db, courier) -> WorkerContext:
    worker = workers.enter(db, "w00-1", now=clock.now())
    parts: Any = (settings, db, worker, "w00-1", ProgressWriter(db), None, courier, Pace(db))
    return WorkerContext(*parts)


@pytest.fixture
def running(context, monkeypatch) -> RunningJobs:
    """Downloads that go on until they are taken away."""

    async def work(_: WorkerContext, lease: Lease) -> None:
        await asyncio.Event().wait()

    monkeypatch.setitem(running_jobs.WORK, Kind.FETCH, work)
    return RunningJobs(context, dict.fromkeys(Lane, 2), lambda _: None)


def claimed(context: WorkerContext) -> Lease:
    facts = {"worker": context.worker, "lane": Lane.HEAVY, "room": 1, "now": clock.now()}
    return leases.claim(context.db, **facts)[0]


def asked(context: WorkerContext) -> int:
    return requests.submit(context.db, [Ask(7, 7, 1, 0, LINK)], now=clock.now())[0].request


async def test_a_job_that_is_cancelled_before_its_first_step_ends_and_frees_its_room(
    context, running
):
    request = asked(context)
    lease = claimed(context)
    running.start(lease)
    requests.cancel(context.db, request, user=7, now=clock.now())
    running.take_away(lease.job, why="stop")

    async with asyncio.timeout(5):
        await running.wait_until_over()

    assert running.free(Lane.HEAVY) == 2
    assert context.db.all("SELECT state FROM jobs") == [(State.CANCELLED,)]


async def test_a_job_that_is_claimed_anew_by_its_own_worker_outlives_the_old_lease(
    context, running
):
    asked(context)
    running.start(claimed(context))
    await asyncio.sleep(0)
    now = clock.now()
    recovery.reap(context.db, now=Now(now.wall, now.boot + leases.LEASE + 1))
    fresh = claimed(context)
    running.start(fresh)
    while running.displaced:
        await asyncio.sleep(0)

    assert running.jobs[fresh.job].lease is fresh
    assert not running.jobs[fresh.job].task.done()
    running.take_all(why="leave")
    await running.wait_until_over()
    assert context.db.all("SELECT state FROM jobs") == [(State.QUEUED,)]


@pytest.mark.parametrize(("machine", "counted"), [("m1", 1), ("", 0)])
async def test_a_download_is_counted_for_the_engine_of_its_machine_where_there_are_several(
    context, running, monkeypatch, machine, counted
):
    async def work(_: WorkerContext, lease: Lease) -> None:
        leases.finish(context.db, lease, now=clock.now())

    monkeypatch.setitem(running_jobs.WORK, Kind.FETCH, work)
    monkeypatch.setattr(machine_name.HERE, "told", machine)
    asked(context)
    running.start(claimed(context))

    async with asyncio.timeout(5):
        await running.wait_until_over()

    assert context.tallies.counts["engine.done.m1"] == counted
