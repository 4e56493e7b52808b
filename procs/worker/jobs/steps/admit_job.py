"""admit: may this job visit its site now, and by which way?"""

from procs.worker import orders, visiting
from procs.worker.jobs.fetch_job import FetchJob


async def admit(job: FetchJob) -> None:
    """Enter the site. Raises NotEncoded for what the operator forbids; DiskTooSmall, and NotNow
    where the disk has no room for what an earlier attempt learned; NotNow and LeftAlone while the
    site is not to be visited."""
    orders.check(job.tools, job.lease)
    job.room.learned()
    job.visit = visiting.enter(job.tools, job.lease)
    job.ends.callback(job.visit.leave)
