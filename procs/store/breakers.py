"""Breakers: a site that keeps failing is left alone for a while, by all processes.

One row for each site and egress. Closed: failures in a row are counted. Open: nobody visits until
an instant. Half-open: from that instant on, one job at a time makes the trial, and its outcome
closes the breaker or opens it for twice as long. A trial belongs to a lease: when that is lost,
another job may try.
"""

from dataclasses import dataclass

from procs import errors
from procs.clock import Now
from procs.errors import JobError
from procs.job import Lease
from procs.store.database import Database

#: What `error` of a job that waits for a breaker begins with; the class of the failure follows.
WAITS = "breaker"
#: Seconds without an opening after which the next one is short again, and a closed row goes.
FORGET = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Trip:
    """`after` so many failures in a row a breaker opens; `rest` are the seconds of the first
    opening, and none of a row, each twice as long, is longer than `longest`."""

    after: int
    rest: float
    longest: float


#: Classes that open after so few are the site's word about us, not about one link.
ABOUT_US = 2
#: The classes that count; all others say nothing about the site. The worst a site can do to us is
#: to take us for a robot: each further visit makes that last longer.
TRIPS: dict[type[JobError], Trip] = {
    errors.BotCheck: Trip(1, 600.0, 6 * 3600.0),
    errors.SiteBusy: Trip(2, 60.0, 3600.0),
    errors.ProxyBroken: Trip(3, 30.0, 600.0),
    errors.SiteBroken: Trip(5, 60.0, 1800.0),
    errors.NetworkBroken: Trip(5, 30.0, 600.0),
}

LOOK = """
SELECT failures, openings, until, why, since FROM breakers WHERE site = :site AND egress = :egress
"""
#: A lease that still counts is a job of that number, leased under that fence.
TRY = """
UPDATE breakers SET trial = :job, fence = :fence
 WHERE site = :site AND egress = :egress AND until <= :now
   AND NOT EXISTS (SELECT 1 FROM jobs j
                    WHERE j.id = breakers.trial AND j.fence = breakers.fence AND j.state = 1)
"""
#: While it is closed, `trial` is the last job that failed: the attempts of one bad link say little,
#: so a row of failures is one of different jobs, but where the site named us itself (`each`).
COUNT = """
INSERT INTO breakers (site, egress, failures, since, trial) VALUES (:site, :egress, 1, :now, :job)
    ON CONFLICT (site, egress) DO UPDATE
   SET failures = failures + (:each OR until IS NOT NULL OR trial IS NOT :job),
       trial = CASE WHEN until IS NULL THEN :job ELSE trial END
RETURNING failures, openings, until, since, trial = :job AND fence = :fence
"""
OPEN = """
UPDATE breakers SET failures = 0, openings = :openings, until = :until, why = :why, since = :now,
       trial = NULL, fence = NULL
 WHERE site = :site AND egress = :egress
"""
#: What a job that saw the site work says. Before its end it speaks only about what stops a visit
#: at the door; and what began before an opening says nothing against it.
WORKED = """
UPDATE breakers SET failures = 0, since = CASE WHEN until IS NULL THEN since ELSE :now END,
       until = NULL, trial = NULL, fence = NULL
 WHERE site = :site AND egress = :egress AND (until IS NULL AND failures > 0 OR until <= :now)
   AND (:whole OR until IS NOT NULL AND why IN ('bot-check', 'site-busy'))
RETURNING openings
"""
CLOSE = """
UPDATE breakers SET failures = 0, openings = 0, until = NULL, since = :now, trial = NULL,
       fence = NULL
 WHERE site = :site AND (until IS NOT NULL OR failures > 0)
"""
SOONER = """
UPDATE jobs SET at = :now
 WHERE state = 2 AND site = :site AND at > :now AND error LIKE 'breaker %'
"""
LIST = """
SELECT b.site, b.egress, b.failures, b.openings, b.until, b.why, b.since,
       (SELECT j.id FROM jobs j WHERE j.id = b.trial AND j.fence = b.fence AND j.state = 1)
  FROM breakers b ORDER BY b.until IS NULL, b.site, b.egress
"""
PRUNE = "DELETE FROM breakers WHERE since < :before AND (until IS NULL OR until < :before)"


@dataclass(frozen=True, slots=True)
class Way:
    """By which egress a job visits which site."""

    site: str
    egress: str = "default"

    @property
    def facts(self) -> dict[str, str]:
        return {"site": self.site, "egress": self.egress}


@dataclass(frozen=True, slots=True)
class Rest:
    """A breaker that lets nobody through: until when (wall), and which class opened it."""

    until: float
    why: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """One row as it stands. `failures` in a row, `openings` in a row, `until` the end of an opening
    (wall) or None, `since` the instant of the last change, `trial` the job that tries it out."""

    site: str
    egress: str
    failures: int
    openings: int
    until: float | None
    why: str
    since: float
    trial: int | None

    def state(self, now: Now) -> str:
        """closed, open or half-open."""
        if self.until is None:
            return "closed"
        return "open" if self.until > now.wall else "half-open"


def ask(db: Database, lease: Lease, way: Way, *, patience: float, now: Now) -> Rest | None:
    """Whether this job must wait; None when it may go. The first to ask after an opening becomes
    the trial; the others look again after `patience` seconds."""
    row = db.one(LOOK, way.facts)
    if row is None or row[2] is None:
        return None
    _, _, until, why, _ = row
    if until > now.wall:
        return Rest(until, why)
    facts = {**way.facts, "job": lease.job, "fence": lease.fence, "now": now.wall}
    with db.write():
        return None if db.change(TRY, facts) else Rest(now.wall + patience, why)


def is_open(db: Database, way: Way, *, now: Now) -> bool:
    """Whether nobody may go by this way at the moment."""
    row = db.one(LOOK, way.facts)
    return bool(row and row[2] is not None and row[2] > now.wall)


def failed(
    db: Database, lease: Lease, way: Way, error: JobError, *, now: Now
) -> tuple[Rest | None, bool]:
    """Count a failure. Returns the opening that holds now, if any, and whether this failure made
    it: one more of a row, the trial's, or one that names the time itself."""
    trip = TRIPS.get(type(error))
    if trip is None:
        return None, False
    facts = {**way.facts, "job": lease.job, "fence": lease.fence, "now": now.wall}
    with db.write():
        each = int(trip.after <= ABOUT_US)
        ((failures, openings, until, since, tried),) = db.all(COUNT, {**facts, "each": each})
        if until is not None and until > now.wall:
            return Rest(until, error.name), False
        if not (tried or error.wait or failures >= trip.after):
            return None, False
        openings = openings if now.wall - since < FORGET else 0
        until = now.wall + length(trip, error.wait, openings)
        db.change(
            OPEN,
            {**way.facts, "openings": openings + 1, "until": until, "why": error.name}
            | {"now": now.wall},
        )
    return Rest(until, error.name), True


def length(trip: Trip, asked: float, openings: int) -> float:
    """Seconds of the next opening: what the site asked for, or ours; doubled for each in a row."""
    return doubled(asked or trip.rest, openings, longest=trip.longest)


def doubled(first: float, times: int, *, longest: float) -> float:
    """Seconds, twice as long each time, up to the longest."""
    return min(longest, first * 2.0 ** min(times, 16))


def worked(db: Database, way: Way, *, whole: bool, now: Now) -> bool:
    """The site did its part: for the `whole` download, or only to where visits are refused. True
    when that closed a breaker; the jobs that waited for it are due."""
    row = db.one(LOOK, way.facts)
    if row is None or (row[2] is None and not row[0]):
        return False
    with db.write():
        changed = db.all(WORKED, {**way.facts, "whole": int(whole), "now": now.wall})
        closed = bool(changed) and row[2] is not None
        if closed:
            db.change(SOONER, {"site": way.site, "now": now.wall})
    return closed


def close(db: Database, site: str, *, now: Now) -> int:
    """Close the breakers of a site by hand. Returns how many were not closed, and clean, before."""
    with db.write():
        closed = db.change(CLOSE, {"site": site, "now": now.wall})
        db.change(SOONER, {"site": site, "now": now.wall})
    return closed


def listed(db: Database) -> list[Breaker]:
    """Every breaker that has something to tell, the open ones first."""
    return [Breaker(*row) for row in db.all(LIST)]


def prune(db: Database, *, now: Now) -> int:
    """Forget those of which nothing was heard for long."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - FORGET})
