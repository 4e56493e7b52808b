"""The product's own worker loop, with jobs that do nothing: `python -m bench.queue.sleeper FOLDER`.

Loop, crew, budget and settling are those of the product, so it sleeps and wakes as they do; only
what a job does is replaced.
"""

import os
import sys
from pathlib import Path
from typing import Any, cast

import uvloop

from bench.queue import table
from bench.queue.table import Table
from bench.queue.tally import Tally
from procs import config
from procs.core.clock import now
from procs.core.process import Signals
from procs.records.job import Kind, Lane, Lease
from procs.store.database import Database
from procs.store.jobs import leases
from procs.store.wake import WakeSocket
from procs.telegram.pace import Pace
from procs.worker import running_jobs
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.recycle_policy import JobBudget

#: Rooms for downloads.
HEAVY = 2
#: Neither jobs nor bytes end this worker.
ENDLESS = 1 << 40


async def sleep(db: Database, settings: config.Settings) -> None:
    """Run the worker's loop until a signal ends it."""
    tally, name = Tally(), f"w00-{os.getpid()}"

    async def carry(context: WorkerContext, lease: Lease) -> None:
        tally.ran(table.number(lease))
        leases.finish(context.db, lease, now=now())

    running_jobs.WORK.update(dict.fromkeys(Kind, carry))
    worker, nothing = table.worker(db, name), cast(Any, None)
    context = WorkerContext(
        settings, db, worker, name, ProgressWriter(db), nothing, nothing, Pace(db)
    )
    budget, signals = JobBudget(ENDLESS, ENDLESS, nothing), Signals()
    rooms = {**dict.fromkeys(Lane, 1), Lane.HEAVY: HEAVY}
    await WorkerLoop(context, WakeSocket(db.run, name), budget, signals, rooms).run()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = config.load({"CHAPAR_HOME": str(folder)}, None, need_telegram=False)
    uvloop.run(sleep(Table(folder).open(), settings))
