"""The health of each cookie file: how often jobs use it, how often its site refuses it, and whether
it rests. A file that is refused again and again is not used for hours.

A file lies on one machine's disk: where machines share a database, `a.txt/m1` is another one than
`a.txt/m2` in rows and alerts, though both have the same name in `sites.toml`.
"""

from dataclasses import dataclass

from procs.config.rules import AT
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.store.database import Database
from procs.store.sites.breaker_openings import doubled

#: Refusals in a row after which a file rests, by their class. People send links that no account may
#: see, so a refusal as such says little; a check for robots says more.
MOST = {"bot-check": 2, "login-needed": 5}
#: Seconds of the first rest, and of the longest.
REST, LONGEST = 6 * 3600.0, 7 * 24 * 3600.0

READ_FILE_HEALTH = (
    "SELECT failures, openings, until, since FROM cookies WHERE site = :site AND file = :file"
)
KEEP = """
INSERT INTO cookies (site, file, failures, openings, until, why, since)
VALUES (:site, :file, :failures, :openings, :until, :why, :now)
    ON CONFLICT (site, file) DO UPDATE
   SET failures = excluded.failures, openings = excluded.openings, until = excluded.until,
       why = excluded.why, since = excluded.since
"""
FORGET = "DELETE FROM cookies WHERE site = :site AND file = :file"
FORGET_ALL = "DELETE FROM cookies WHERE site = :site"
USED = """
INSERT INTO cookie_uses (site, file, uses, refusals, since, used_at)
VALUES (:site, :file, 1, 0, :now, :now)
    ON CONFLICT (site, file) DO UPDATE
   SET uses = cookie_uses.uses + 1, used_at = excluded.used_at
"""
COUNT_REFUSAL = """
UPDATE cookie_uses SET refusals = refusals + 1 WHERE site = :site AND file = :file
"""
USES = """
SELECT uses, refusals, since, used_at FROM cookie_uses WHERE site = :site AND file = :file
"""
FORGET_USES = "DELETE FROM cookie_uses WHERE site = :site AND file = :file"
LIST = "SELECT site, file, failures, openings, until, why, since FROM cookies ORDER BY site, file"


@dataclass(frozen=True, slots=True)
class CookieHealth:
    """One file that was refused, by the name that `here` gives: how often in a row, how often it
    rested, until when (wall) it does, after what, and since when it is so."""

    site: str
    file: str
    failures: int
    openings: int
    until: float | None
    why: str
    since: float

    @property
    def machine(self) -> str:
        """Where it lies; "" where there is one machine."""
        return self.file.partition(AT)[2]


@dataclass(frozen=True, slots=True)
class CookieUse:
    """How often jobs took a file along and its site refused it, since when, and the last time (wall
    instants; 0 for never)."""

    uses: int = 0
    refusals: int = 0
    since: float = 0.0
    used_at: float = 0.0


def here(file: str) -> str:
    """The name in rows and alerts of a file of this machine."""
    machine = machine_name.shared()
    return f"{file}{AT}{machine}" if machine else file


def subject(site: str, file: str) -> str:
    """A file of this machine as the subject of an alert."""
    return f"{site} {here(file)}"


def rests(db: Database, site: str, file: str, *, written: float, now: Now) -> bool:
    """Whether a cookie file must not be used now. A file `written` after the refusals (wall, by the
    clock of `now`) may be."""
    row = db.one(READ_FILE_HEALTH, {"site": site, "file": here(file)})
    return bool(row and row[2] is not None and row[2] > now.wall and row[3] >= written)


def note_refusal(db: Database, site: str, file: str, why: str, *, now: Now) -> float | None:
    """Count a refusal of this class. Returns the wall instant at which the rest that begins now
    ends, None when none begins."""
    facts = {"site": site, "file": here(file), "why": why, "now": now.wall}
    with db.write():
        row = db.one(READ_FILE_HEALTH, facts)
        failures, openings = (row[0] + 1, row[1]) if row else (1, 0)
        until = None
        if failures >= MOST[why]:
            until = now.wall + doubled(REST, openings, longest=LONGEST)
            failures, openings = 0, openings + 1
        db.change(COUNT_REFUSAL, facts)
        db.change(KEEP, {**facts, "failures": failures, "openings": openings, "until": until})
    return until


def note_success(db: Database, site: str, file: str) -> None:
    """Reset the refusals of a file: the site accepted it."""
    facts = {"site": site, "file": here(file)}
    if db.one(READ_FILE_HEALTH, facts):
        with db.write():
            db.change(FORGET, facts)


def use_again(db: Database, one: CookieHealth) -> None:
    """End the rest of a file, on whichever machine it lies."""
    with db.write():
        db.change(FORGET, {"site": one.site, "file": one.file})


def release(db: Database, site: str) -> int:
    """End the rests of all files of a site. Returns how many had refusals or rests."""
    with db.write():
        return db.change(FORGET_ALL, {"site": site})


def listed(db: Database) -> list[CookieHealth]:
    """Every file with recent refusals."""
    return [CookieHealth(*row) for row in db.all(LIST)]


def note_use(db: Database, site: str, file: str, *, now: Now) -> None:
    """Count that a job uses the file."""
    with db.write():
        db.change(USED, {"site": site, "file": here(file), "now": now.wall})


def use(db: Database, site: str, file: str) -> CookieUse:
    """How often and when jobs used the file and its site refused it."""
    row = db.one(USES, {"site": site, "file": here(file)})
    return CookieUse(*row) if row else CookieUse()


def health(db: Database, site: str, file: str) -> CookieHealth | None:
    """The refusals and rests of a file of this machine; None when there are none."""
    named = (one for one in everywhere(db, site, file) if one.file == here(file))
    return next(named, None)


def everywhere(db: Database, site: str, file: str) -> list[CookieHealth]:
    """The refusals and rests of the files of this name, of every machine."""
    return [one for one in listed(db) if (one.site, one.file.partition(AT)[0]) == (site, file)]


def note_new_file(db: Database, site: str, file: str) -> None:
    """Reset refusals and uses: the operator put another file in its place, on this machine."""
    with db.write():
        for forget in (FORGET, FORGET_USES):
            db.change(forget, {"site": site, "file": here(file)})
