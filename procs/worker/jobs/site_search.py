"""A look that is a search: the engine asks the site's own search, unless the same search was made
lately."""

from procs.core import clock, log
from procs.engine.client import Probed
from procs.records.job import Lease
from procs.store import wake
from procs.store.searches import search_listings, search_results
from procs.store.searches.search_results import SearchHit
from procs.wishes import searches
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink
from procs.worker.process.context import WorkerContext


def is_known(context: WorkerContext, lease: Lease) -> bool:
    """Show what the same search found lately. False when there is nothing stored. Raises
    LeaseLost."""
    if not searches.sought(lease.link.key):
        return False
    hits = search_results.find(context.db, lease.link.key, now=clock.now())
    if hits is None:
        return False
    show(context, lease, hits)
    return True


def settle(context: WorkerContext, lease: Lease, found: Probed) -> None:
    """Store what was found, and show it. Raises LeaseLost."""
    hits = [
        SearchHit(one.place, one.title, one.url, one.duration, one.channel)
        for one in found.entries
        if not isinstance(link.read(one.url), BadLink)
    ]
    search_results.keep(context.db, lease.link.key, hits, now=clock.now())
    show(context, lease, hits)


def show(context: WorkerContext, lease: Lease, hits: list[SearchHit]) -> None:
    """Store the hits for everybody who waits for this search, and wake the bot."""
    others = [site for site in context.settings.search if site != lease.link.site]
    waited = search_listings.show(context.db, lease, hits, others, now=clock.now())
    wake.notify(context.db.run, wake.BOT)
    facts = {"site": lease.link.site, "found": len(hits), "requests": waited}
    log.info("search.done", job=lease.job, worker=context.name, **facts)
