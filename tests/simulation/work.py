"""What a worker of the simulation carries. A delivery is the product's own, whole; of a download,
a look and a trial the engine is left out, and each calls the store as the product does, in its
order.
"""

import asyncio
from functools import partial
from typing import Any

from procs import errors
from procs.core import clock
from procs.errors import ChaparError, JobError
from procs.records.job import Kind, Lane, Lease, Link, Media, Step
from procs.records.job_progress import Whole
from procs.store.jobs import leases, outcomes, reservations
from procs.store.jobs.reservations import DiskSpace
from procs.store.media import looks, uploads
from procs.store.media.uploads import UnfinishedUpload
from procs.store.requests import lists
from procs.store.sites import breaker_trials, breakers, visits
from procs.worker.delivery_jobs import deliver
from procs.worker.jobs import site_trial
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission
from procs.worker.site.admission import Visit
from tests.simulation import broadcast_acts, followers
from tests.simulation.actor import crash
from tests.simulation.machine import Until
from tests.simulation.site_answer import site_answer

SIZE, FREE = 1000, 3500
PARTS = b"\x0f"


async def carried(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """Do the work of a lease. An error that is none of ours ends the simulation: the worker would
    settle it, and nobody would see it."""
    work = {
        Kind.FETCH: fetch,
        Kind.LOOK: look,
        Kind.TRIAL: try_out,
        Kind.DELIVER: send,
        Kind.SOURCE: followers.look,
        Kind.BROADCAST: broadcast_acts.carry,
    }[lease.kind]
    try:
        await work(actor, context, lease)
    except (ChaparError, asyncio.CancelledError):
        raise
    except Exception as error:
        raise crash(error) from error


async def send(_: Any, context: WorkerContext, lease: Lease) -> None:
    await deliver.deliver(context, lease)


async def fetch(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """admit → look → reserve → download → upload → share, resumed where the last attempt ended."""
    if lease.progress.whole and lease.progress.parts:
        return await share(context, lease)
    visit = admission.enter(context, lease)
    try:
        await download(actor, context, lease, visit)
    finally:
        visit.leave()
    await upload(actor, context, lease)
    return await share(context, lease)


async def download(actor: Any, context: WorkerContext, lease: Lease, visit: Visit) -> None:
    db = context.db
    context.progress.say(lease, Step.PROBE)
    outcomes.note_start(
        db, lease, worker=context.name, title=f"title of {lease.link.key}", now=clock.now()
    )
    await site_answer(actor)
    visit.note_success(whole=False)
    disk = DiskSpace("machine", FREE, {})
    if reservations.reserve(db, lease, SIZE, disk=disk):
        raise errors.NotNow(30.0, "no-room")
    lease.progress.size = SIZE
    context.progress.say(lease, Step.FETCH, 1, SIZE)
    leases.note(db, lease)
    await site_answer(actor)
    context.progress.say(lease, Step.FETCH, SIZE, SIZE)
    visit.note_success(whole=True)
    reservations.drop(db, lease, host="machine")


async def upload(actor: Any, context: WorkerContext, lease: Lease) -> None:
    db, telegram = context.db, actor.world.telegram
    context.progress.say(lease, Step.UPLOAD)
    key, done = lease.link.key, len(lease.progress.parts)
    for place, kind in list(enumerate(kinds(key)))[done:]:
        known = uploads.find(db, lease.job, place, size=SIZE, now=clock.now())
        begun = known or UnfinishedUpload(lease.job * 10 + place, PARTS)
        uploads.keep(db, lease, place, begun, size=SIZE, now=clock.now())
        await Until(clock.now().boot + 0.1)
        lease.progress.parts += (telegram.upload(key, place, kind),)
        leases.note(db, lease, full=True)
    link = lease.link
    lease.progress.whole = Whole(f"title of {link.key}", link.site, (link.key,))
    leases.note(db, lease, full=True)
    uploads.drop(db, lease.job)


async def share(context: WorkerContext, lease: Lease) -> None:
    whole, link = lease.progress.whole, lease.link
    assert whole is not None
    got = Media(link.key, link.variant, whole.title, whole.site, link.url, lease.progress.parts)
    keys, now = set(whole.keys), clock.now()
    write = partial(outcomes.finish_download, context.db, lease, got, keys=keys, now=now)
    await context.end(lease, Lane.LIGHT, 0, write)


async def look(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """What a link with a choice of entries leads to: a list of three, or one medium."""
    db, visit = context.db, admission.enter(context, lease)
    try:
        context.progress.say(lease, Step.PROBE)
        outcomes.note_start(db, lease, worker=context.name, now=clock.now())
        await site_answer(actor)
        visit.note_success(whole=False)
        looks.keep(db, lease.link.key, visit.way.egress, b"read", now=clock.now())
        if lease.link.key.startswith("list"):
            lists.spread(db, lease, entries(lease), title="A list", now=clock.now())
        else:
            lists.give_variant(db, lease, "best", now=clock.now())
    finally:
        visit.leave()


def entries(lease: Lease) -> list[tuple[int, Link]]:
    """Those of a list: films that people ask for by themselves too."""
    site, number = lease.link.site, int(lease.link.key.partition(":")[2])
    names = [f"film:{(number + step) % 9}" for step in range(3)]
    return [
        (place, Link(f"https://{site}/{name}", site, name, "best"))
        for place, name in enumerate(names, 1)
    ]


async def try_out(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """As `site_trial.try_out`, with the site's answer drawn."""
    db, way = context.db, breakers.Way(lease.trial.site, lease.trial.egress)
    state = breakers.state(db, way, lease.trial.person)
    if state and breaker_trials.is_awaited(db, way.site, now=clock.now()):
        until, why = state
        site_trial.wait(until, f"{breakers.WAITS} {why}")
        rules = context.settings.sites.of(way.site)
        site_trial.wait(visits.at(db, way, rules, now=clock.now()), visits.TURN)
        visits.book(db, way, rules, now=clock.now())
        try:
            await site_answer(actor)
            breakers.proven(db, way, now=clock.now())
        except JobError as error:
            rest = breakers.disproven(db, way, lease.trial.person, error, now=clock.now())
            left = max(0.0, rest.until - clock.now().wall)
            raise errors.NotNow(left, f"{breakers.WAITS} {rest.why}") from error
    leases.finish(db, lease, now=clock.now())


def kinds(key: str) -> tuple[str, ...]:
    """The parts of a medium: most have one, some are an album, or messages one after another."""
    return {
        1: ("video", "audio", "video", "audio"),
        2: ("video", "video"),
    }.get(int(key[-1]) % 3, ("video",))
