"""The product's own worker loop around a table of a measurement, without Telegram and engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bench.queue import table
from procs import config
from procs.core.process import Signals
from procs.records.job import Lane
from procs.store.sqlite.connection import Connection
from procs.store.wake import WakeSocket
from procs.telegram.pace import Pace
from procs.worker.loop import WorkerLoop
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.recycle_policy import JobBudget

#: Neither jobs nor bytes end this worker.
ENDLESS = 1 << 40
NOTHING = cast(Any, None)


def worker_loop(
    db: Connection, name: str, rooms: Mapping[Lane, int], signals: Signals = NOTHING
) -> WorkerLoop:
    """A worker of so many rooms, entered in the table. It runs only with `signals`, which are heard
    in an event loop."""
    settings = config.load({"CHAPAR_HOME": str(Path(db.path).parent)}, None, need_telegram=False)
    worker, progress = table.worker(db, name), ProgressWriter(db)
    context = WorkerContext(settings, db, worker, name, progress, NOTHING, NOTHING, Pace(db))
    budget = JobBudget(ENDLESS, ENDLESS, NOTHING)
    return WorkerLoop(context, WakeSocket(db.run, name), budget, signals, dict(rooms))
