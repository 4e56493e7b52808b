"""A trial job: it visits a site whose breaker is open, before people's jobs go there again.

The engine reads a media that was delivered from there lately, as it would read a person's link; for
a site from which nothing was delivered yet, its first page. Any answer counts: even a page without
media shows that the site works.
"""

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

from procs import errors
from procs.core import clock, log
from procs.errors import JobError, NotNow
from procs.records.job import Lease
from procs.store.jobs import leases
from procs.store.sites import breaker_trials, breakers, visits
from procs.store.sites.breakers import TRIPS, WAITS, Way
from procs.worker.jobs import engine_order, job_folder
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission
from procs.worker.site.admission import Visit

#: Seconds that a site has to answer.
TRIAL_TIMEOUT = 30.0
#: Failures that are no answer of the site, and those of the look itself.
MUTE = (*TRIPS, errors.TimedOut, errors.EngineDied, errors.DiskFull, errors.Unknown)
#: Failures that concern us and not the site's health: its first page tells nothing about them, and
#: each visit makes them worse.
ABOUT_US = ("bot-check", "site-busy")


async def try_out(context: WorkerContext, lease: Lease) -> None:
    """Run one trial to its end. Raises NotNow when the breaker stays open, LeaseLost."""
    way = Way(lease.trial.site, lease.trial.egress)
    state = breakers.state(context.db, way, lease.trial.person)
    identity = admission.identities(context, way.site).get(way.egress)
    if state and identity and breaker_trials.is_awaited(context.db, way.site, now=clock.now()):
        until, why = state
        wait(until, f"{WAITS} {why}")
        rules = context.settings.sites.of(way.site)
        wait(visits.at(context.db, way, rules, now=clock.now()), visits.TURN)
        visits.book(context.db, way, rules, now=clock.now())
        await judge(context, lease, Visit(context, lease, rules, identity), why)
    leases.finish(context.db, lease, now=clock.now())


def wait(until: float, why: str) -> None:
    """Raises NotNow before a wall instant."""
    left = until - clock.now().wall
    if left > 0:
        raise NotNow(left, why)


async def judge(context: WorkerContext, lease: Lease, visit: Visit, why: str) -> None:
    """Visit the site, and close its breaker. Raises NotNow when the visit fails."""
    error = None
    for url in links(context, lease, why):
        error = await failure(context, lease, visit, url)
        if error is None:
            log.info("breaker.tried", site=visit.way.site, egress=visit.way.egress, url=url)
            if breakers.proven(context.db, visit.way, now=clock.now()):
                admission.wake_after_breaker(context, lease, visit.way)
            return
    person = lease.trial.person
    error = error or errors.NetworkBroken()
    rest = breakers.disproven(context.db, visit.way, person, error, now=clock.now())
    left = rest.until - clock.now().wall
    facts = {"site": visit.way.site, "egress": visit.way.egress, "why": error.name}
    log.info("breaker.stays-open", **facts, seconds=round(left), detail=error.detail[:300])
    raise NotNow(max(left, 0.0), f"{WAITS} {rest.why}")


def links(context: WorkerContext, lease: Lease, why: str) -> list[str]:
    """The links to try, until one of them answers."""
    known = breaker_trials.known_good(context.db, lease.trial.site)
    parts = urlsplit(lease.trial.url)
    first_page = f"{parts.scheme}://{parts.netloc}/"
    if why in ABOUT_US:
        return known[:1] or [first_page]
    return [*known, first_page]


async def failure(context: WorkerContext, lease: Lease, visit: Visit, url: str) -> JobError | None:
    """The failure of one address; None when the site answers."""
    try:
        async with asyncio.timeout(TRIAL_TIMEOUT):
            await probe(context, lease, visit, url)
    except TimeoutError:
        return errors.NetworkBroken(f"no answer in {TRIAL_TIMEOUT:g} s")
    except JobError as error:
        return error if isinstance(error, MUTE) else None
    return None


async def probe(context: WorkerContext, lease: Lease, visit: Visit, url: str) -> None:
    """Read one address as a download would. Raises JobError."""
    asked = replace(lease, payload=replace(lease.trial, url=url))
    folder = job_folder.make(context.db, context.settings.jobs, lease)
    try:
        largest = await engine_order.largest(context, asked)
        order = engine_order.order(context, asked, visit, folder, largest=largest)
        async with context.engine.open(order, folder, proxy=visit.identity.proxy) as child:
            await child.probe()
    finally:
        job_folder.remove(context.db, folder)
