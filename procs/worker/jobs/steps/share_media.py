"""share: Telegram holds everything, and each request that waits gets a delivery."""

from procs.core import clock, log
from procs.records.job import Lane, Media
from procs.store.jobs import outcomes
from procs.worker.jobs.fetch_job import FetchJob


async def share(job: FetchJob) -> None:
    """Create one delivery for each request that waits, and store the media for later requests.
    Raises LeaseLost."""
    context, lease = job.context, job.lease
    whole = lease.progress.whole
    assert whole is not None
    got = Media(
        key=lease.link.key,
        variant=lease.link.variant,
        title=whole.title,
        site=whole.site,
        url=lease.link.url,
        parts=lease.progress.parts,
        adult=whole.adult,
        rest=whole.rest,
    )
    with context.ending(lease, Lane.LIGHT, 0):  # its deliveries are the next there
        outcomes.finish_download(context.db, lease, got, keys=set(whole.keys), now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=context.name,
        attempt=lease.attempt,
        site=got.site,
        bytes=sum(part.size for part in got.parts),
    )
