"""The product's own worker loop, with jobs that do nothing: `python -m bench.queue.sleeper FOLDER`.

Loop, crew, budget and settling are those of the product, so it sleeps and wakes as they do; only
what a job does is replaced.
"""

import os
import sys
from pathlib import Path

import uvloop

from bench.queue import table
from bench.queue.table import Table
from bench.queue.tally import Tally
from bench.queue.worker_parts import worker_loop
from procs.core.clock import now
from procs.core.process import Signals
from procs.records.job import Kind, Lane, Lease
from procs.store.jobs import leases
from procs.store.sqlite.connection import Connection
from procs.worker import running_jobs
from procs.worker.process.context import WorkerContext

#: Rooms for downloads, and for deliveries, as a worker has them: one whose rooms are all taken asks
#: for whom it could wake before it begins.
HEAVY, LIGHT = 2, 8


async def sleep(db: Connection) -> None:
    """Run the worker's loop until a signal ends it."""
    tally = Tally()

    async def carry(context: WorkerContext, lease: Lease) -> None:
        tally.ran(table.number(lease))
        leases.finish(context.db, lease, now=now())

    running_jobs.WORK.update(dict.fromkeys(Kind, carry))
    rooms = {**dict.fromkeys(Lane, 1), Lane.HEAVY: HEAVY, Lane.LIGHT: LIGHT}
    await worker_loop(db, f"w00-{os.getpid()}", rooms, Signals()).run()


if __name__ == "__main__":
    uvloop.run(sleep(Table(Path(sys.argv[1])).open()))
