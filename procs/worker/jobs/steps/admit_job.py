"""admit: may this job visit its site now, and by which way?"""

from procs.worker.jobs import engine_order
from procs.worker.jobs.fetch_job import FetchJob
from procs.worker.site import admission


async def admit(job: FetchJob) -> None:
    """Begin the visit to the site. Raises NotEncoded for what the operator forbids; DiskTooSmall,
    and NotNow when the disk has no space for the size that an earlier attempt measured; NotNow and
    LeftAlone while the site may not be visited."""
    engine_order.check(job.context, job.lease)
    job.room.reserve_again()
    job.visit = admission.enter(job.context, job.lease)
    job.ends.callback(job.visit.leave)
