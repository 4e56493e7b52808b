"""A look at a source: what its list has now, read once for all who follow it."""

from dataclasses import replace

from procs import errors
from procs.core import clock, log
from procs.engine.client import Probed
from procs.errors import Empty, NoEntry, NotNow
from procs.records.job import Lease
from procs.store import wake
from procs.store.cards.entry_links import entry_link
from procs.store.follows import source_rhythm, sources
from procs.store.follows.sources import SeenList
from procs.store.sites import visits
from procs.store.sites.breakers import WAITS, Way
from procs.wishes.grammar import link
from procs.worker.jobs import engine_order, job_folder
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission
from procs.worker.site.admission import Visit

#: Entries that a look reads of a list to its end, at most (YouTube has none with more than 5,000):
#: news of a longer one that grows there are not seen. In the last places of a list of which more is
#: unknown, old entries come into sight when others are taken away.
DEEPEST, MARGIN = 10_000, 50
#: Seconds for which a look lets people go first at their site, and between two tries at it.
LONGEST_YIELD, YIELD_RETRY = 3600.0, 20.0


async def look_at_source(context: WorkerContext, lease: Lease) -> None:
    """Carry one look to its end. Raises JobError, NotNow, LeaseLost."""
    visit = enter(context, lease)
    try:
        found = await read_list(context, lease, visit)
    except (Empty, NoEntry):
        if not sources.was_looked_at(context.db, lease.source):
            raise
        found = None  # everything was taken out of it
    finally:
        visit.leave()
    settle(context, lease, found)
    wake.notify(context.db.run, wake.BOT)


def enter(context: WorkerContext, lease: Lease) -> Visit:
    """Go to the site while nobody waits for it. Raises NotNow, which gives the seat to another
    source, and LeftAlone after a day before a breaker."""
    site, now = lease.site, clock.now()
    waited = now.wall - sources.tried_at(context.db, lease.source, now=now)
    rules = context.settings.sites.of(site)
    if waited < LONGEST_YIELD:
        ways = (Way(site, one.name) for one in rules.identities)
        late = min(visits.at(context.db, way, rules, now=now) for way in ways) - now.wall
        if late > 0:
            raise NotNow(late + YIELD_RETRY, visits.TURN)
        if rules.concurrency and visits.is_full(context.db, site, most=rules.concurrency):
            raise NotNow(YIELD_RETRY, visits.FULL)
    try:
        return admission.enter(context, lease)
    except NotNow as wait:
        if wait.why.startswith(WAITS) and waited > admission.LONGEST_BREAKER_WAIT:
            raise errors.LeftAlone(f"{wait.why}, tried for {waited:.0f} s", site=site) from None
        raise


async def read_list(context: WorkerContext, lease: Lease, visit: Visit) -> Probed:
    """What the list has. Raises JobError."""
    folder = job_folder.make(context.db, context.settings.jobs, lease)
    try:
        largest = await engine_order.largest(context, lease)
        order = engine_order.order(context, lease, visit, folder, largest=largest)
        order = replace(order, followed=depth(context, lease))
        async with context.engine.open(order, folder, proxy=visit.identity.proxy) as child:
            found = await child.probe()
    finally:
        job_folder.remove(context.db, folder)
    visit.note_success(whole=False)
    return found


def settle(context: WorkerContext, lease: Lease, found: Probed | None) -> None:
    """Keep what was seen, and what of it is news. Raises Unsupported for a list that is one no
    more."""
    now = clock.now()
    if found is not None and found.kind != "list":
        if sources.was_looked_at(context.db, lease.source):
            raise errors.Unsupported(f"a list has become a {found.kind}", site=lease.site)
        sources.no_list(context.db, lease, now=now)
        return log.info("source.no-list", job=lease.job, source=lease.source, kind=found.kind)
    site = lease.site
    rules, many = context.settings.sites.of(site), sources.of_site(context.db, site)
    least = source_rhythm.least(context.settings.follow_interval, rules, many)
    deepest, whole = depth(context, lease), sources.is_whole(context.db, lease.source)
    seen = seen_list(found, deepest, whole=whole) if found else SeenList("", ())
    news = sources.finish_look(context.db, lease, seen, least=least, now=now)
    log.info("source.looked", job=lease.job, source=lease.source, entries=len(seen.entries), n=news)


def depth(context: WorkerContext, lease: Lease) -> int:
    """Entries that this look reads."""
    started = replace(clock.now(), wall=sources.tried_at(context.db, lease.source, now=clock.now()))
    return DEEPEST if sources.is_deep(context.db, lease.source, now=started) else sources.HEAD


def seen_list(found: Probed, depth: int, *, whole: bool) -> SeenList:
    """The entries by their names, which stay whatever a site calls or where it puts them. `whole`:
    all that the list had before is known."""
    entries = []
    for one in found.entries:
        there = link.read(one.url)
        name = link.by_hash(one.url) if isinstance(there, link.BadLink) else there.key
        moved_up = found.more and not whole and one.place > depth - MARGIN
        entries.append((name, None if moved_up else entry_link(one.url, one.title, "best")))
    return SeenList(found.title, entries, partly=found.more, deep=depth == DEEPEST)
