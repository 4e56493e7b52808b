"""share_known: Telegram holds the media already, under the name that the site gives it."""

from procs.core import clock, log
from procs.store.jobs import outcomes
from procs.worker.jobs import engine_order
from procs.worker.jobs.fetch_job import FetchJob


async def share_known(job: FetchJob) -> None:
    """Create one delivery of the known media for each request that waits. Raises LeaseLost."""
    assert job.known is not None
    keys = engine_order.keys(job.lease, job.found)
    outcomes.finish_download(job.context.db, job.lease, job.known, keys=keys, now=clock.now())
    log.info("job.known", job=job.lease.job, worker=job.context.name, key=job.found.key)
