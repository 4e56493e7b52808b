"""take_over: uses the prepared files of a worker that was killed during its upload."""

from procs.core import clock
from procs.store.jobs import outcomes
from procs.store.media import uploads
from procs.worker.jobs import resume
from procs.worker.jobs.fetch_job import FetchJob


async def take_over(job: FetchJob) -> None:
    """Make the prepared folder this job's. When it is gone, `files` stays empty."""
    context, lease = job.context, job.lease
    if left := resume.take_over(context, lease):
        folder, job.whole, job.files = left
        outcomes.note_start(context.db, lease, worker=context.name, now=clock.now())
        job.own(folder)
    elif lease.progress.prepared:  # what is prepared anew may be cut into other bytes
        uploads.drop(context.db, lease.job)
