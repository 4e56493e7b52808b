"""procrastinate on PostgreSQL."""

import os
from collections.abc import Iterable
from functools import cache

from procrastinate import App, PsycopgConnector

from bench.queue.tally import Tally

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_PLACE"]))
tally = cache(Tally)


@app.task(name="job")
async def job(number: int) -> None:
    """Count the job."""
    tally().ran(number)


def enqueue(numbers: Iterable[int]) -> None:
    """Add jobs one by one, over one connection."""
    with app.open():
        for number in numbers:
            job.defer(number=number)
