"""reserve: the disk has space for what was found, or the job waits for it."""

from procs.core import clock
from procs.errors import GroupTooLarge
from procs.store.jobs import outcomes
from procs.store.people import group_sizes
from procs.worker.jobs.fetch_job import FetchJob


async def reserve(job: FetchJob) -> None:
    """Reserve the job's bytes on the disk. Raises TooLong, GroupTooLarge, DiskTooSmall, NotNow,
    LeaseLost."""
    context, found = job.context, job.found
    job.visit.check_length(found)
    check_groups(job)
    outcomes.note_start(
        context.db, job.lease, worker=context.name, title=found.title, now=clock.now()
    )
    job.room.expect(found.size)


def check_groups(job: FetchJob) -> None:
    """Raises GroupTooLarge for what is larger than every group that waits for it takes, before
    anything of it is downloaded."""
    most = group_sizes.most(job.context.db, job.lease.job)
    size = job.found.size or 0
    if most and size > most:
        raise GroupTooLarge(f"{size} of {most}", facts={"size": str(size), "most": str(most)})
