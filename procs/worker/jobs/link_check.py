"""A check of a link of the operator's own: it is read as a download reads it, and a few bytes of it
are fetched, by the site's way and at its pace. What came of it is kept; a link that fails twice is
told to admins, before people notice.
"""

import asyncio

from procs import errors
from procs.core import clock, log
from procs.engine.client import Child
from procs.errors import JobError, NotNow, alert_kinds, remedies
from procs.records.job import Lease
from procs.store.health import alerts
from procs.store.requests.request_status import NO_ROOM
from procs.store.sites import link_checks
from procs.store.sites.link_checks import LinkCheck
from procs.worker.jobs import engine_order, job_folder
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission
from procs.worker.site.admission import Visit

#: Bytes that are enough, seconds in which they must have come, and seconds until another try where
#: the disk is low.
FEW, CHECK_TIMEOUT, ROOM_RETRY = 64 * 1024, 120.0, 600.0
#: Failures of this machine, which say nothing of a site.
OUR_OWN = (errors.EngineDied, errors.DiskFull)


async def check(context: WorkerContext, lease: Lease) -> None:
    """Carry one check to its end. Raises NotNow, LeaseLost, and failures of this machine."""
    if job_folder.is_low(context.settings):
        raise NotNow(ROOM_RETRY, NO_ROOM)
    began, error, got = clock.now(), None, 0
    try:
        visit = admission.enter(context, lease)
        try:
            got = await sample(context, lease, visit)
            visit.note_success(whole=False)
        finally:
            visit.leave()
    except OUR_OWN:
        raise
    except JobError as failed:
        error = failed
    now = clock.now()
    facts = (error.name, error.detail) if error else ("", "")
    site, url = lease.site, lease.link.url
    result = LinkCheck(site, url, now.wall, *facts, now.boot - began.boot, got)
    note_result(context, result, turned=link_checks.settle(context.db, lease, result, now=now))


async def sample(context: WorkerContext, lease: Lease, visit: Visit) -> int:
    """Read the link, and fetch a few bytes unless it is a list. Returns how many. Raises
    JobError."""
    folder = job_folder.make(context.db, context.settings.jobs, lease)
    largest = context.settings.max_file_size
    try:
        order = engine_order.order(context, lease, visit, folder, largest=largest)
        async with (
            asyncio.timeout(CHECK_TIMEOUT),
            context.engine.open(order, folder, proxy=visit.identity.proxy) as child,
        ):
            found = await child.probe()
            return 0 if found.kind == "list" else await few_bytes(child)
    except TimeoutError:
        raise errors.TimedOut(f"no bytes within {CHECK_TIMEOUT:g} s") from None
    finally:
        job_folder.remove(context.db, folder)


async def few_bytes(child: Child) -> int:
    """Fetch until a few bytes came, or all; the rest is not waited for. Raises JobError."""
    seen, enough = 0, asyncio.Event()

    def progress(done: int, total: int, rate: float) -> None:
        nonlocal seen
        seen = max(seen, done)
        if seen >= FEW:
            enough.set()

    download = asyncio.create_task(child.fetch(progress))
    waiter = asyncio.create_task(enough.wait())
    try:
        await asyncio.wait({download, waiter}, return_when=asyncio.FIRST_COMPLETED)
        if download.done():
            fetched = download.result()
            seen = sum((child.folder / name).stat().st_size for name in fetched.files)
        return seen
    finally:
        for task in (download, waiter):
            task.cancel()
        await asyncio.gather(download, waiter, return_exceptions=True)


def note_result(context: WorkerContext, result: LinkCheck, *, turned: bool) -> None:
    """The log, and the alert that begins or ends."""
    facts = {"site": result.site, "url": result.url, "took": result.took}
    subject, now = link_checks.subject(result.site, result.url), clock.now()
    if not result.error:
        log.info("link.checked", **facts, bytes=result.bytes)
        alerts.clear(context.db, (alert_kinds.TURNED_LINK,), subject, now=now)
        return
    fix = remedies.of(alert_kinds.TURNED_LINK)
    log.warning("link.failed", **facts, why=result.error, detail=result.detail, fix=fix)
    if turned:
        detail = f"{result.error}: {result.detail}"
        alerts.note(
            context.db, alert_kinds.TURNED_LINK, subject, now=now, lasts=True, detail=detail
        )
