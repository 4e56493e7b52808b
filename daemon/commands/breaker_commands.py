"""`chapar breakers`: lists the sites with an open breaker, until when and why; closes one."""

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from daemon.commands.pause_commands import site_of
from daemon.console.output import count, local, minute, table
from procs.core import clock
from procs.core.clock import Now
from procs.store import wake
from procs.store.database import Database
from procs.store.sites import breakers, cookies
from procs.store.sites.breakers import EVERYBODY, Breaker
from procs.store.sites.cookies import CookieHealth
from procs.texts import i18n

BREAKER_COLUMNS = (
    "site",
    "egress",
    "to",
    "state",
    "until",
    "why",
    "failures",
    "openings",
    "trial",
    "since",
)
FILES = ("site", "cookies", "state", "until", "why", "refusals", "rests", "since")


def listed(db: Database) -> list[str]:
    """A line for each breaker that has something to tell, the open ones first, and the totals; and
    one for each file of cookies that was refused."""
    now, rows = clock.now(), breakers.listed(db)
    shut = sum(one.until is not None for one in rows)
    lines = ["no site is left alone, and none failed lately"]
    if rows:
        lines = table(BREAKER_COLUMNS, [cells(one, now) for one in rows], right="failures openings")
        lines += ["", f"{count(len(rows), 'breaker')}, {shut} not closed"]
    files = [health(one, now) for one in cookies.listed(db)]
    return lines + (["", *table(FILES, files, right="refusals rests")] if files else [])


def cells(one: Breaker, now: Now) -> tuple[str, ...]:
    """One breaker as a row of the table."""
    state = one.state(now)
    until = end(one.until, now) if state == "open" else "-"
    trial = f"job {one.trial}" if one.trial else "-"
    numbers = (str(one.failures), str(one.openings))
    to = "all" if one.person == EVERYBODY else f"user {one.person}"
    place = (one.site, one.egress, to)
    return (*place, state, until, one.why or "-", *numbers, trial, minute(one.since))


def health(one: CookieHealth, now: Now) -> tuple[str, ...]:
    """One cookie file as a row of the table."""
    resting = one.until is not None and one.until > now.wall
    state, until = ("resting", end(one.until, now)) if resting else ("used", "-")
    numbers = (str(one.failures), str(one.openings))
    return (one.site, one.file, state, until, one.why, *numbers, minute(one.since))


def end(until: float | None, now: Now) -> str:
    """`2026-11-25 14:05:00 (in 9:58)`."""
    at = until or 0.0
    return f"{local(at)[:19]} (in {i18n.clock('en', at - now.wall)})"


def close(db: Database, name: str) -> str:
    """Close the breakers of a site and use all its cookies: its jobs come at once. Raises Refusal
    when nothing was shut."""
    site = site_of(name)
    with db.write(full=True):
        if not breakers.close(db, site, now=clock.now()) + cookies.release(db, site):
            raise Refusal(f"no breaker of {site} is open; chapar breakers shows all")
        terminal_acts.note(db, "site-close-breaker", f"site:{site}", "breaker open", "closed")
    wake.notify_idle(db.run)
    return f"the breaker of {site} is closed; its jobs come at once"
