"""reserve: the disk has space for what was found, or the job waits for it."""

from procs.core import clock
from procs.store.jobs import outcomes
from procs.worker.jobs.fetch_job import FetchJob


async def reserve(job: FetchJob) -> None:
    """Reserve the job's bytes on the disk. Raises TooLong, DiskTooSmall, NotNow, LeaseLost."""
    tools, found = job.tools, job.found
    job.visit.check_length(found)
    outcomes.started(tools.db, job.lease, worker=tools.name, title=found.title, now=clock.now())
    job.room.expect(found.size)
