"""The product's own worker loop on a lease table of a server, with jobs that do nothing.

Loop, rooms, budget and the group commit of ends are those of the product; only what a job does is
replaced. It runs in a process of its own, as a worker does.
"""

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any, cast

import uvloop

from bench.machines.lease_table import FORK, LeaseTable
from procs import config
from procs.core import clock
from procs.core.process import Signals
from procs.records.job import Kind, Lane, Lease
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.wake import WakeSocket
from procs.telegram.pace import Pace
from procs.worker import running_jobs
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.recycle_policy import JobBudget

#: Neither jobs nor bytes end this worker.
ENDLESS = 1 << 40
NAME = "w00-1"


def rate(place: LeaseTable, jobs: int, *, rooms: int) -> float:
    """Jobs a second of one worker with so many rooms for deliveries, from its first job's start to
    its last one's end on the disk."""
    place.fill(jobs)
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=work, args=(place, jobs, rooms, theirs))
    child.start()
    took = float(ours.recv())
    child.join()
    return jobs / took


def work(place: LeaseTable, jobs: int, rooms: int, told: Pipe) -> None:
    """A worker process until all jobs are over."""
    environment: Mapping[str, str] = {"CHAPAR_HOME": str(place.run.parent)}
    settings = config.load(environment, None, need_telegram=False)
    told.send(uvloop.run(worked(place, settings, jobs, rooms)))


async def worked(place: LeaseTable, settings: config.Settings, jobs: int, rooms: int) -> float:
    """Run the loop until all jobs are over. Returns the seconds."""
    db, signals = place.open(), Signals()
    left, began = jobs, 0.0

    async def carry(context: WorkerContext, lease: Lease) -> None:
        nonlocal left, began
        began = began or time.monotonic()
        write = partial(leases.finish, db, lease, now=clock.now())
        await context.end(lease, lease.lane, 1, write)
        left -= 1
        if not left:
            signals.stop.set()

    running_jobs.WORK.update(dict.fromkeys(Kind, carry))
    worker, nothing = workers.enter(db, NAME, now=clock.now()), cast(Any, None)
    parts = (settings, db, worker, NAME, ProgressWriter(db), nothing, nothing, Pace(db))
    budget = JobBudget(ENDLESS, ENDLESS, Places())  # type: ignore[arg-type]
    every = {**dict.fromkeys(Lane, 1), Lane.LIGHT: rooms}
    loop = WorkerLoop(WorkerContext(*parts), WakeSocket(db.run, NAME), budget, signals, every)
    running = asyncio.create_task(loop.run())
    await signals.stop.wait()
    took = time.monotonic() - began
    await running
    db.close()
    return took


class Places:
    """Of a worker that is the only one."""

    def __init__(self) -> None:
        self.posts = self

    def free(self) -> None:
        """Nobody waits for its post."""
