"""huey on SQLite."""

import os
from collections.abc import Iterable
from functools import cache

from huey import SqliteHuey

from bench.queue.tally import Tally

FSYNC = {"off": False, "default": None}
huey = SqliteHuey(filename=os.environ["BENCH_PLACE"], fsync=FSYNC[os.environ["BENCH_FSYNC"]])
tally = cache(Tally)


@huey.task()
def job(number: int) -> None:
    """Count the job."""
    tally().ran(number)


def enqueue(numbers: Iterable[int]) -> None:
    """Add jobs one by one."""
    for number in numbers:
        job(number)
