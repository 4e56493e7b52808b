"""share: everything is with Telegram, and everybody who waits gets it."""

from procs.core import clock, log
from procs.records.job import Media
from procs.store.jobs import outcomes
from procs.worker.jobs.fetch_job import FetchJob


async def share(job: FetchJob) -> None:
    """One delivery for each request that waits, and the media kept for the next. Raises
    LeaseLost."""
    tools, lease = job.tools, job.lease
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
    )
    outcomes.fetched(tools.db, lease, got, keys=set(whole.keys), now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=tools.name,
        attempt=lease.attempt,
        site=got.site,
        bytes=sum(part.size for part in got.parts),
    )
