"""share: everything is with Telegram, and everybody who waits gets it."""

from procs import clock, log
from procs.job import Media
from procs.store import media as shelf
from procs.store import outcomes
from procs.worker.jobs.fetch_job import FetchJob


async def share(job: FetchJob) -> None:
    """One delivery for each request that waits, and the media kept for the next. Raises
    LeaseLost."""
    tools, lease = job.tools, job.lease
    whole, parts = lease.progress["whole"], lease.progress["parts"]
    got = Media(
        key=lease.payload["key"],
        variant=lease.payload["variant"],
        title=whole["title"],
        site=whole["site"],
        url=lease.payload["url"],
        parts=tuple(shelf.part(part) for part in parts),
    )
    outcomes.fetched(tools.db, lease, got, keys=set(whole["keys"]), now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=tools.name,
        attempt=lease.attempt,
        site=got.site,
        bytes=sum(part.size for part in got.parts),
    )
