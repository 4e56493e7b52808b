"""`chapar breakers`: which sites are left alone, until when and why; and closing one by hand."""

from daemon.errors import Refused
from daemon.pausing import site_of
from daemon.tables import count, local, minute, table
from procs import clock, i18n
from procs.clock import Now
from procs.store import breakers, wake
from procs.store.breakers import Breaker
from procs.store.database import Database

HEAD = ("site", "egress", "state", "until", "why", "failures", "openings", "trial", "since")


def listed(db: Database) -> list[str]:
    """A line for each breaker that has something to tell, the open ones first, and the totals."""
    now, rows = clock.now(), breakers.listed(db)
    shut = sum(one.until is not None for one in rows)
    total = f"{count(len(rows), 'breaker')}, {shut} not closed"
    if not rows:
        return ["no site is left alone, and none failed lately"]
    return [*table(HEAD, [cells(one, now) for one in rows], right="failures openings"), "", total]


def cells(one: Breaker, now: Now) -> tuple[str, ...]:
    state, until = one.state(now), "-"
    if one.until is not None and state == "open":
        until = f"{local(one.until)[:19]} (in {i18n.clock('en', one.until - now.wall)})"
    trial = f"job {one.trial}" if one.trial else "-"
    numbers = (str(one.failures), str(one.openings))
    return (one.site, one.egress, state, until, one.why or "-", *numbers, trial, minute(one.since))


def close(db: Database, name: str) -> str:
    """Close the breakers of a site: its jobs come at once. Raises Refused when none is open."""
    site = site_of(name)
    if not breakers.close(db, site, now=clock.now()):
        raise Refused(f"no breaker of {site} is open; chapar breakers shows all")
    wake.poke_idle(db.run)
    return f"the breaker of {site} is closed; its jobs come at once"
