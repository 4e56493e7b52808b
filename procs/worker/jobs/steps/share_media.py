"""share: Telegram holds everything, and each request that waits gets a delivery."""

from functools import partial

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
    keys, now = set(whole.keys), clock.now()
    write = partial(outcomes.finish_download, context.db, lease, got, keys=keys, now=now)
    await context.end(lease, Lane.LIGHT, 0, write)  # its deliveries are the next there
    log.info(
        "job.done",
        job=lease.job,
        worker=context.name,
        attempt=lease.attempt,
        site=got.site,
        bytes=sum(part.size for part in got.parts),
    )
