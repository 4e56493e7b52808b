"""Checks of the operator's own links, one a day for each: jobs that read one and fetch a few bytes
of it, and what came of them, so that a site that changed is noticed before people do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Kind, Lane, Lease
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import leases, seats
from procs.store.sites.breaker_trials import ALIVE, EVERYBODY

#: Seconds from one check of a link to the next; after the first failure, and after each further.
DAY, SOON, AGAIN = 24 * 3600.0, 600.0, 6 * 3600.0
#: Failures in a row after which a link has turned; and seconds for which results are kept.
TURNED, KEPT_FOR = 2, 90 * 24 * 3600.0
LATEST = """
SELECT site, url, at, error, detail, took, bytes FROM link_checks
 WHERE site = :site AND url = :url ORDER BY at DESC LIMIT :most
"""
NOTE = """
INSERT INTO link_checks (site, url, at, error, detail, took, bytes)
VALUES (:site, :url, :at, :error, :detail, :took, :bytes)
"""
# By a clock that was ahead: left there, it would be the latest result until the clock is there.
BRING_BACK = """
UPDATE link_checks SET at = :before WHERE site = :site AND url = :url AND at > :at
"""
PRUNE = "DELETE FROM link_checks WHERE at < :before"
#: Characters of a failure's words that are kept, and of an address that name it in an alert.
DETAIL, NAMED = 300, 80


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """One result: the class of the failure, "" for none; `took` in seconds, `bytes` fetched."""

    site: str
    url: str
    at: float
    error: str
    detail: str
    took: float
    bytes: int


def plan(db: Database, links: Mapping[str, Iterable[str]], *, now: Now) -> int:
    """Add a job for each of these links by site that is due. Returns how many."""
    due = [
        (site, url) for site, urls in links.items() for url in urls if is_due(db, site, url, now)
    ]
    added = 0
    for site, url in due:
        mark = f"{Kind.CHECK}:{site} {url}"
        with db.write():
            if db.one(ALIVE, {"mark": mark}):
                continue
            # Nothing of it goes to Telegram: a slot that may not sign in can carry it (`folder`).
            payload = LinkPayload(url, site, mark, folder=1)
            new = seats.NewJob(EVERYBODY, Lane.SOURCE, Kind.CHECK, payload, mark=mark, site=site)
            seats.add(db, new, now=now)
        added += 1
    if added:
        wake.notify_idle(db.run, added, lanes=(Lane.SOURCE,))
    return added


def is_due(db: Database, site: str, url: str, now: Now) -> bool:
    """Whether the time from the last check is over; after a clock that was set back, too."""
    last = latest(db, site, url, most=TURNED)
    if not last:
        return True
    bad = sum(bool(one.error) for one in last)
    wait = DAY if not last[0].error else (AGAIN if bad == TURNED else SOON)
    return not now.wall - wait < last[0].at <= now.wall


def latest(db: Database, site: str, url: str, *, most: int) -> list[LinkCheck]:
    """The results of a link, the newest first."""
    rows = db.all(LATEST, {"site": site, "url": url, "most": most})
    return [LinkCheck(*row) for row in rows]


def settle(db: Database, lease: Lease, result: LinkCheck, *, now: Now) -> bool:
    """Keep a result and end its job in one transaction. Returns whether the link has turned: it
    failed, and the time before too. Raises LeaseLost."""
    facts = {
        "site": result.site,
        "url": result.url,
        "at": result.at,
        "error": result.error,
        "detail": result.detail[:DETAIL],
        "took": result.took,
        "bytes": result.bytes,
    }
    with db.write():
        leases.finish(db, lease, now=now)
        place = {name: facts[name] for name in ("site", "url", "at")}
        db.change(BRING_BACK, {**place, "before": result.at - 1.0})
        db.change(NOTE, facts)
    last = latest(db, result.site, result.url, most=TURNED)
    return len(last) == TURNED and all(one.error for one in last)


def subject(site: str, url: str) -> str:
    """What an alert about a link is about."""
    return f"{site} {url[:NAMED]}"


def prune(db: Database, *, now: Now) -> int:
    """Delete checks that are too old to be shown; returns how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT_FOR})
