"""look: what does the link lead to?"""

from procs import clock
from procs.engine.client import Found
from procs.job import Lease, Media, Step
from procs.store import media as shelf
from procs.store import outcomes
from procs.worker import folders, orders
from procs.worker.jobs.fetch_job import FetchJob
from procs.worker.tools import Tools


async def look(job: FetchJob) -> None:
    """Have a child of the engine read the link; it waits for the word to download. Raises
    JobError."""
    tools, lease = job.tools, job.lease
    tools.desk.say(lease, Step.PROBE)
    outcomes.started(tools.db, lease, worker=tools.name, now=clock.now())
    job.own(folders.make(tools.db, tools.settings.jobs, lease))
    job.largest = await orders.largest(tools, lease)
    order = orders.order(tools, lease, job.visit, job.folder, largest=job.largest)
    child = tools.engine.open(order, job.folder, proxy=job.visit.identity.proxy)
    await job.ends.enter_async_context(job.engine)
    job.child = await job.engine.enter_async_context(child)
    job.found = await job.child.probe()
    job.visit.worked(whole=False)
    job.known = known(tools, lease, job.found)


def known(tools: Tools, lease: Lease, found: Found) -> Media | None:
    """Two addresses, one media: what the probe calls it may be with Telegram already."""
    if lease.link.folder or not found.key:
        return None
    return shelf.find(tools.db, found.key, lease.link.variant)
