"""look: what does the link lead to?"""

from procs.core import clock, log
from procs.engine.client import Probed
from procs.errors import StoreUnready
from procs.records.job import SYSADMIN, Lease, Media, Step
from procs.store.jobs import outcomes
from procs.store.media import references
from procs.store.people import engine_costs
from procs.worker.jobs import engine_order, job_folder, resume
from procs.worker.jobs.fetch_job import FetchJob
from procs.worker.process.context import WorkerContext
from procs.worker.site import host_gate


async def look(job: FetchJob) -> None:
    """Have a child of the engine read the link; the child then waits for the order to download.
    Raises JobError."""
    context, lease = job.context, job.lease
    context.progress.say(lease, Step.PROBE)
    outcomes.note_start(context.db, lease, worker=context.name, now=clock.now())
    left = await resume.take_over_download(context, lease)
    job.own(left or job_folder.make(context.db, context.settings.jobs, lease))
    job.largest = await engine_order.largest(context, lease)
    order = engine_order.order(context, lease, job.visit, job.folder, largest=job.largest)
    child = context.engine.open(order, job.folder, proxy=job.visit.identity.proxy)
    await job.ends.enter_async_context(job.engine)
    job.engine.callback(note_cost, job)  # after the child, which is entered later, has ended
    job.child = await job.engine.enter_async_context(child)
    job.found = await job.child.probe()
    host_gate.check_found(context.db, lease, job.found.site)
    job.visit.note_success(whole=False)
    job.known = known(context, lease, job.found)


def note_cost(job: FetchJob) -> None:
    """Keep the CPU seconds of the child that ended. On a full disk they are not counted."""
    child = getattr(job, "child", None)
    if child is None or child.ended is None or job.lease.user == SYSADMIN:
        return
    try:
        engine_costs.note(job.context.db, job.lease.user, child.ended.cpu, now=clock.now())
    except StoreUnready as error:
        log.warning("cost.unwritten", job=job.lease.job, error=error)


def known(context: WorkerContext, lease: Lease, found: Probed) -> Media | None:
    """The media that Telegram holds already under the name that the probe found, for two addresses
    may lead to one media; else None."""
    if lease.link.folder or not found.key:
        return None
    return references.find(context.db, found.key, lease.link.variant)
