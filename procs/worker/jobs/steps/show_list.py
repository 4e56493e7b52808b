"""show: the link leads to a list, which is shown instead of fetched."""

from procs.worker.jobs import look
from procs.worker.jobs.fetch_job import FetchJob


async def show(job: FetchJob) -> None:
    """Store the list for each request that waits. Raises LeaseLost."""
    look.show(job.context, job.lease, job.found)
