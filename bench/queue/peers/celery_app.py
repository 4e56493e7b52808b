"""celery on Redis, without results: it is asked for nothing but to run the jobs."""

import os
from collections.abc import Iterable
from functools import cache

from celery import Celery

from bench.queue.tally import Tally

app = Celery("bench.queue.peers.celery_app", broker=f"redis+socket://{os.environ['BENCH_PLACE']}")
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
tally = cache(Tally)


@app.task
def job(number: int) -> None:
    """Count the job."""
    tally().ran(number)


def enqueue(numbers: Iterable[int]) -> None:
    """Add jobs one by one, over one connection."""
    with app.producer_pool.acquire() as producer:
        for number in numbers:
            job.apply_async((number,), producer=producer)
