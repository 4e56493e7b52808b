"""show: the link leads to a list, which is shown instead of fetched."""

from procs.worker.jobs import card_thumbnail, look
from procs.worker.jobs.fetch_job import FetchJob


async def show(job: FetchJob) -> None:
    """Store the list for each request that waits; its picture comes behind that. Raises
    LeaseLost."""
    context, lease = job.context, job.lease
    look.show(context, lease, job.found)
    context.over.add(lease.job)
    try:
        has_picture = await card_thumbnail.fetched(context, lease, job.child, job.found)
        await job.engine.aclose()  # what the child left is read once it has ended
        if has_picture:
            await card_thumbnail.keep_picture(context, lease, job.folder, adult=job.found.adult)
    finally:
        context.over.discard(lease.job)
