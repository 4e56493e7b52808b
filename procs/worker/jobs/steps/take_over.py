"""take_over: what a worker that was killed during its upload had ready is used as it is."""

from procs import clock
from procs.store import outcomes
from procs.worker import resuming
from procs.worker.jobs.fetch_job import FetchJob


async def take_over(job: FetchJob) -> None:
    """Make the prepared folder this job's. Where it is gone, `files` stays empty."""
    tools, lease = job.tools, job.lease
    if left := resuming.take_over(tools, lease):
        folder, job.whole, job.files = left
        outcomes.started(tools.db, lease, worker=tools.name, now=clock.now())
        job.own(folder)
