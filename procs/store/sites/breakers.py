"""Breakers: all processes stop visiting a site that keeps failing, for a while.

One row for each site, egress and circle: everybody, or one person. Closed: failures are counted.
Open: nobody of the circle visits until an instant. Half-open: from that instant on, a trial of our
own (procs/store/sites/breaker_trials.py) looks at the site, and closes the breaker or opens it
again.

What one person's links meet says something about the site only when other people's links meet it
too. So a person's failures in a row close the site to that person alone; it is closed to everybody
when several people fail with several media, and few are served meanwhile
(procs/store/sites/visit_verdicts.py), or when a site that we know by name says itself that it has
enough of us.
"""

from dataclasses import dataclass

from procs import errors
from procs.core.clock import Now
from procs.errors import JobError
from procs.records.job import Lease, State
from procs.store.database import Database
from procs.store.sites import breaker_trials, visit_verdicts
from procs.store.sites.breaker_openings import ABOUT_US, FORGET, TRIPS, doubled, length
from procs.store.sites.breaker_trials import EVERYBODY, WAITS, Trial, Way
from procs.wishes import sites

__all__ = ["EVERYBODY", "FORGET", "TRIPS", "WAITS", "Way", "doubled"]

READ_BREAKERS = """
SELECT person, failures, openings, until, why, since FROM breakers
 WHERE site = :site AND egress = :egress AND person IN (-1, :person)
"""
#: `latest` is the last job that failed: the attempts of one bad link say little, so a row of
#: failures is one of different jobs, but where the site named us itself (`each`).
COUNT = """
INSERT INTO breakers (site, egress, person, failures, since, latest)
VALUES (:site, :egress, :person, 1, :now, :job)
    ON CONFLICT (site, egress, person) DO UPDATE
   SET failures = breakers.failures
           + CASE WHEN :each = 0 AND breakers.latest = excluded.latest THEN 0 ELSE 1 END,
       latest = excluded.latest
RETURNING failures
"""
WEIGHED = """
INSERT INTO breakers (site, egress, person, failures, since)
VALUES (:site, :egress, -1, :people, :now)
    ON CONFLICT (site, egress, person) DO UPDATE SET failures = :people
"""
OPEN = """
UPDATE breakers SET failures = 0, openings = :openings, until = :until, why = :why, since = :now,
       latest = NULL
 WHERE site = :site AND egress = :egress AND person = :person
"""
#: What a job that saw the site work says to those it stands for. Before its end it speaks only
#: about what stops a visit at the door; what began before an opening says nothing against it.
WORKED = """
UPDATE breakers SET failures = CASE person WHEN -1 THEN failures ELSE 0 END,
       since = CASE WHEN until IS NULL THEN since ELSE :now END, until = NULL, latest = NULL
 WHERE site = :site AND egress = :egress AND person IN (-1, :person)
   AND (until IS NULL AND failures > 0 OR until <= :now)
   AND (:whole = 1 OR until IS NOT NULL AND why IN ('bot-check', 'site-busy'))
RETURNING person, failures
"""
#: A trial that found the site at work speaks for all who wait, but not against a time that the
#: site itself named.
PROVEN = """
UPDATE breakers SET failures = 0, until = NULL, since = :now, latest = NULL
 WHERE site = :site AND egress = :egress
   AND (until <= :now OR until IS NOT NULL AND why NOT IN ('bot-check', 'site-busy'))
RETURNING person
"""
CLOSE = """
UPDATE breakers SET failures = 0, openings = 0, until = NULL, since = :now, latest = NULL
 WHERE site = :site AND (until IS NOT NULL OR failures > 0)
"""
SOONER = f"""
UPDATE jobs SET at = :now
 WHERE state = {State.LATER} AND site = :site AND at > :now AND error LIKE '{WAITS} %'
   AND (:person = -1 OR user_id IN (-1, :person))
"""
LIST = f"""
SELECT b.site, b.egress, b.person, b.failures, b.openings, b.until, b.why, b.since,
       (SELECT j.id FROM jobs j
         WHERE j.mark = 'trial:' || b.site || ' ' || b.egress || ' ' || b.person
           AND j.mark IS NOT NULL AND j.state < {State.DONE} AND b.until IS NOT NULL)
  FROM breakers b ORDER BY b.until IS NULL, b.site, b.egress, b.person
"""
PRUNE = "DELETE FROM breakers WHERE since < :before AND (until IS NULL OR until < :before)"


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A breaker that lets nobody of its circle through: until when (wall), which class opened it,
    and the `person`, or EVERYBODY."""

    until: float
    why: str
    person: int = EVERYBODY


@dataclass(frozen=True, slots=True)
class Breaker:
    """One row as it stands. `failures`: of a person in a row, of EVERYBODY the people who failed
    last; `openings` in a row, `until` the end of an opening (wall) or None, `since` the instant of
    the last change, `trial` the job that tries it out."""

    site: str
    egress: str
    person: int
    failures: int
    openings: int
    until: float | None
    why: str
    since: float
    trial: int | None

    @property
    def is_shut_to_all(self) -> bool:
        """Whether nobody visits the site for a while, not only this person."""
        return self.until is not None and self.person == EVERYBODY

    def state(self, now: Now) -> str:
        """closed, open or half-open."""
        if self.until is None:
            return "closed"
        return "open" if self.until > now.wall else "half-open"


def ask(db: Database, lease: Lease, way: Way, *, patience: float, now: Now) -> OpenBreaker | None:
    """Whether this job must wait; None when it may visit. After an opening the job asks again after
    `patience` seconds; a trial runs meanwhile, and its success makes the job due."""
    rests = []
    for row in db.all(READ_BREAKERS, {**way.facts, "person": lease.user}):
        person, _, _, until, why, _ = row
        if until is not None and until > now.wall:
            rests.append(OpenBreaker(until, why, person))
        elif until is not None:
            breaker_trials.plan(db, trial_of(lease, way, person), at=now.wall, now=now)
            rests.append(OpenBreaker(now.wall + patience, why, person))
    return max(rests, key=lambda rest: rest.until, default=None)


def is_open(db: Database, way: Way, *, person: int, now: Now) -> bool:
    """Whether a breaker keeps this person from this way now."""
    rows = db.all(READ_BREAKERS, {**way.facts, "person": person})
    return any(row[3] is not None and row[3] > now.wall for row in rows)


def is_closed(db: Database, way: Way, *, person: int) -> bool:
    """Whether this person may go this way without waiting for a trial."""
    return all(row[3] is None for row in db.all(READ_BREAKERS, {**way.facts, "person": person}))


def note_failure(
    db: Database, lease: Lease, way: Way, error: JobError, *, now: Now
) -> tuple[OpenBreaker | None, list[OpenBreaker]]:
    """Count a failure. Returns the opening that holds for this person now, if any, and the openings
    that this failure caused."""
    trip = TRIPS.get(type(error))
    if trip is None:
        return None, []
    with db.write():
        visit_verdicts.note(db, way, lease, failed=True, now=now)
        made = []
        for person, is_enough in (
            (lease.user, is_enough_for_one(db, lease, way, error, now=now)),
            (EVERYBODY, is_enough_for_all(db, way, error, now=now)),
        ):
            if is_enough and not is_resting(db, way, person, now=now):
                made.append(begin(db, lease, way, error, person=person, now=now))
        rows = db.all(READ_BREAKERS, {**way.facts, "person": lease.user})
    rests = [OpenBreaker(r[3], error.name, r[0]) for r in rows if r[3] and r[3] > now.wall]
    return max(rests, key=lambda rest: rest.until, default=None), made


def is_enough_for_one(db: Database, lease: Lease, way: Way, error: JobError, *, now: Now) -> bool:
    """Count a failure of a person's row. True when the site is to be left alone by this person."""
    trip = TRIPS[type(error)]
    facts = {"person": lease.user, "job": lease.job, "each": int(trip.after <= ABOUT_US)}
    ((failures,),) = db.all(COUNT, {**way.facts, **facts, "now": now.wall})
    return bool(error.wait) or failures >= trip.after


def is_enough_for_all(db: Database, way: Way, error: JobError, *, now: Now) -> bool:
    """Whether a failure opens the breaker for everybody. Only a site that we know by name is
    believed; any other address, and the target of its redirects, may be the page of a person who
    wants the site closed to the others."""
    trip = TRIPS[type(error)]
    people, is_down = visit_verdicts.weigh(db, way, people=trip.people, now=now)
    db.change(WEIGHED, {**way.facts, "people": people, "now": now.wall})
    return is_down or (speaks_of_us(error) and sites.is_of(error.host, way.site))


def speaks_of_us(error: JobError) -> bool:
    """Whether the failure is about us: the site named a time, or wants a proof that we are
    human."""
    return bool(error.wait) or TRIPS[type(error)].after == 1


def is_resting(db: Database, way: Way, person: int, *, now: Now) -> bool:
    """Whether this person's own breaker of a way is open now."""
    rows = db.all(READ_BREAKERS, {**way.facts, "person": person})
    return any(row[0] == person and row[3] is not None and row[3] > now.wall for row in rows)


def begin(
    db: Database, lease: Lease, way: Way, error: JobError, *, person: int, now: Now
) -> OpenBreaker:
    """Open a breaker, inside a transaction; its end begins with a trial."""
    trip = TRIPS[type(error)]
    rows = db.all(READ_BREAKERS, {**way.facts, "person": person})
    openings, since = next((row[2], row[5]) for row in rows if row[0] == person)
    openings = openings if now.wall - since < FORGET else 0
    until = now.wall + length(trip, error.wait, openings)
    facts = {**way.facts, "person": person, "why": error.name, "now": now.wall}
    db.change(OPEN, {**facts, "openings": openings + 1, "until": until})
    breaker_trials.plan(db, trial_of(lease, way, person), at=until, now=now)
    return OpenBreaker(until, error.name, person)


def trial_of(lease: Lease, way: Way, person: int) -> Trial:
    """The trial that a finished job of a person stands for."""
    return Trial(way, person, lease.link.url)


def note_success(db: Database, lease: Lease, way: Way, *, whole: bool, now: Now) -> bool:
    """Note that the site worked: for the `whole` download, or only up to where visits are refused.
    True when that closed a breaker; the jobs that waited for it are due now."""
    rows = db.all(READ_BREAKERS, {**way.facts, "person": lease.user})
    if not any(row[3] is not None or row[1] for row in rows):
        return False
    with db.write():
        if whole:
            visit_verdicts.note(db, way, lease, failed=False, now=now)
            people, _ = visit_verdicts.weigh(db, way, people=0, now=now)
            db.change(WEIGHED, {**way.facts, "people": people, "now": now.wall})
        facts = {**way.facts, "person": lease.user, "whole": int(whole), "now": now.wall}
        changed = {row[0] for row in db.all(WORKED, facts)}
        closed = [row[0] for row in rows if row[3] is not None and row[0] in changed]
        call(db, way, closed, now=now)
    return bool(closed)


def call(db: Database, way: Way, closed: list[int], *, now: Now) -> None:
    """Make the jobs due that waited for the closed breakers of these people, or of EVERYBODY."""
    if EVERYBODY in closed:
        visit_verdicts.forget(db, way)
    for person in closed:
        db.change(SOONER, {"site": way.site, "person": person, "now": now.wall})


def state(db: Database, way: Way, person: int) -> tuple[float, str] | None:
    """Until when (wall) a breaker is open, or was, and by which class; None for a closed one."""
    for row in db.all(READ_BREAKERS, {**way.facts, "person": person}):
        if row[0] == person and row[3] is not None:
            return float(row[3]), str(row[4])
    return None


def proven(db: Database, way: Way, *, now: Now) -> bool:
    """Close the breaker of a trial that saw the site work, for everybody. True when it was not
    closed before."""
    with db.write():
        closed = [person for (person,) in db.all(PROVEN, {**way.facts, "now": now.wall})]
        call(db, way, closed, now=now)
    return bool(closed)


def disproven(db: Database, way: Way, person: int, error: JobError, *, now: Now) -> OpenBreaker:
    """Open the breaker again after a trial failed, twice as long when the site refused it."""
    rows = db.all(READ_BREAKERS, {**way.facts, "person": person})
    openings, why = next((row[2], row[4]) for row in rows if row[0] == person)
    by_name = {kind().name: kind for kind in TRIPS}
    kind = type(error) if type(error) in TRIPS else by_name.get(why, errors.NetworkBroken)
    until = now.wall + length(TRIPS[kind], error.wait, openings)
    facts = {**way.facts, "person": person, "why": (why := kind().name), "now": now.wall}
    with db.write():
        db.change(OPEN, {**facts, "openings": openings + 1, "until": until})
    return OpenBreaker(until, why, person)


def close(db: Database, site: str, *, now: Now) -> int:
    """Close the breakers of a site by hand. Returns how many were not closed, and clean, before."""
    with db.write():
        closed = db.change(CLOSE, {"site": site, "now": now.wall})
        visit_verdicts.forget_site(db, site)
        db.change(SOONER, {"site": site, "person": EVERYBODY, "now": now.wall})
    return closed


def listed(db: Database) -> list[Breaker]:
    """Every breaker with failures or an opening, the open ones first."""
    return [Breaker(*row) for row in db.all(LIST)]


def prune(db: Database, *, now: Now) -> int:
    """Delete breakers without a failure for a long time."""
    with db.write():
        visit_verdicts.prune(db, now=now)
        return db.change(PRUNE, {"before": now.wall - FORGET})
