"""place: the files are moved to a folder instead of a chat (`chapar fetch`)."""

import os

from procs.core import clock, log
from procs.store.jobs import outcomes
from procs.wishes.filenames import free
from procs.worker.jobs.fetch_job import FetchJob


async def place(job: FetchJob) -> None:
    """Move the files to the folder in which `chapar fetch` collects them, all or none. Raises
    LeaseLost."""
    context, lease = job.context, job.lease
    outbox = context.settings.outbox / str(lease.link.folder)
    for folder in (outbox.parent, outbox):
        folder.mkdir(exist_ok=True, mode=0o700)
    for file in job.files:
        os.replace(job.folder / file.path, free(outbox / file.name))
    outcomes.finish_outbox(context.db, lease, now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=context.name,
        attempt=lease.attempt,
        bytes=sum(file.size for file in job.files),
    )
