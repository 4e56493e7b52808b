"""Ours, in the words of the others."""

import os
from collections.abc import Iterable
from pathlib import Path

from bench.queue import table
from bench.queue.table import Table, delivery
from procs.records.job import Lane
from procs.store import wake

#: Every one at the cap and with jobs waiting, so that each finish hands a seat on.
USERS = 20


def enqueue(numbers: Iterable[int]) -> None:
    """Add jobs one by one and wake a worker for each, as the bot does."""
    full = "BENCH_FULL" in os.environ
    with Table(Path(os.environ["BENCH_PLACE"])).opened() as db:
        for number in numbers:
            table.enqueue(db, [delivery(number % USERS, n=number)], full=full)
            wake.notify_idle(db.run, lanes=(Lane.LIGHT,))
