"""Visits to sites, and when the next one may begin: the operator's rules, held over all processes
by rows.

Each way to a site keeps two instants: when its leaky bucket is empty again, for the rate
(`procs/core/gcra.py`), and when the gap after the last visit is over. A job books its instant once
and waits for it, so that no two visit at the same time, and a job that comes late to its instant
waits no longer for that.
"""

from dataclasses import asdict, dataclass

from procs.config.rules import Rules
from procs.core import gcra
from procs.core.clock import Now
from procs.records.job import Lease, State
from procs.store.database import Database
from procs.store.sites.breakers import Way

#: The `error` of a job that waits for its instant, or for a visitor to leave.
TURN, FULL = "turn", "site-full"

READ_PACE = "SELECT rate_at, gap_at FROM paces WHERE site = :site AND egress = :egress"
BOOK = """
INSERT INTO paces (site, egress, rate_at, gap_at) VALUES (:site, :egress, :rate_at, :gap_at)
    ON CONFLICT (site, egress) DO UPDATE
   SET rate_at = excluded.rate_at, gap_at = excluded.gap_at
"""
PRUNE_PACES = "DELETE FROM paces WHERE rate_at < :now AND gap_at < :now"
#: A visit counts while its job is leased under the fence that entered. A row of fence 0 is the
#: place in line of a job that found the site full: who asked later does not get in before it. It
#: counts while the job is on its way here, and not while something else holds it up.
ENTER = f"""
INSERT INTO visits (job, fence, site)
SELECT :job, :fence, :site
 WHERE (SELECT COUNT(*) FROM visits v JOIN jobs j ON j.id = v.job
         WHERE v.site = :site AND v.job <> :job
           AND (j.state = {State.LEASED} AND j.fence = v.fence
                OR v.fence = 0 AND v.job < :job
                   AND (j.state IN ({State.QUEUED}, {State.LEASED})
                        OR j.state = {State.LATER} AND j.error = '{FULL}'))) < :most
    ON CONFLICT (job) DO UPDATE SET fence = excluded.fence, site = excluded.site
"""
LINE_UP = """
INSERT INTO visits (job, fence, site) VALUES (:job, 0, :site)
    ON CONFLICT (job) DO UPDATE SET fence = 0, site = excluded.site
"""
#: The present visits, and the jobs that wait for one to end.
PRESENT = f"""
SELECT COUNT(*) FROM visits v JOIN jobs j ON j.id = v.job
 WHERE v.site = :site
   AND (j.state = {State.LEASED} AND j.fence = v.fence
        OR v.fence = 0 AND j.state < {State.DONE})
"""
THERE = "SELECT 1 FROM visits WHERE job = :job AND fence = :fence"
LEAVE = "DELETE FROM visits WHERE job = :job AND fence = :fence"
CALL = f"""
UPDATE jobs SET at = :now
 WHERE id = (SELECT MIN(v.job) FROM visits v JOIN jobs j ON j.id = v.job
              WHERE v.site = :site AND v.fence = 0
                AND j.state = {State.LATER} AND j.error = '{FULL}' AND j.at > :now)
   AND :most > (SELECT COUNT(*) FROM visits v JOIN jobs j ON j.id = v.job
                 WHERE v.site = :site AND j.state = {State.LEASED} AND j.fence = v.fence)
"""
PRUNE = f"""
DELETE FROM visits
 WHERE NOT EXISTS (SELECT 1 FROM jobs j
                    WHERE j.id = visits.job
                      AND (j.state = {State.LEASED} AND j.fence = visits.fence
                           OR visits.fence = 0 AND j.state < {State.DONE}))
"""


@dataclass(frozen=True, slots=True)
class SitePace:
    """The two instants of a way (wall)."""

    rate_at: float = 0.0
    gap_at: float = 0.0

    def begin(self, rules: Rules, now: float) -> float:
        """The instant at which the next visit may begin."""
        by_rate = gcra.earliest(self.rate_at, slack=rules.rate.slack) if rules.rate else 0.0
        return max(now, by_rate, self.gap_at if rules.gap else 0.0)

    def after(self, rules: Rules, begin: float) -> "SitePace":
        """The pace after one more visit began."""
        gap = rules.rate.gap if rules.rate else 0.0
        return SitePace(gcra.after(self.rate_at, begin, gap=gap), begin + rules.gap)


def at(db: Database, way: Way, rules: Rules, *, now: Now) -> float:
    """The wall instant at which the next visit by this way may begin."""
    return pace(db, way).begin(rules, now.wall) if rules.rate or rules.gap else now.wall


def book(db: Database, way: Way, rules: Rules, *, now: Now) -> float:
    """Reserve the next instant of this way, and return it (wall)."""
    if not (rules.rate or rules.gap):
        return now.wall
    with db.write():
        before = pace(db, way)
        begin = before.begin(rules, now.wall)
        db.send(BOOK, {**way.facts, **asdict(before.after(rules, begin))})
    return begin


def pace(db: Database, way: Way) -> SitePace:
    """What the site last asked for on a way; nothing for one that was never visited."""
    row = db.one(READ_PACE, way.facts)
    return SitePace(*row) if row else SitePace()


def enter(db: Database, lease: Lease, site: str, *, most: int, now: Now) -> bool:
    """Begin a visit, if fewer than `most` are present. False when the site is full, or when other
    jobs wait for the free place; the first of them is made due then, since the visitor who left may
    have died."""
    facts = {"job": lease.job, "fence": lease.fence, "site": site, "most": most, "now": now.wall}
    with db.write():
        if db.change(ENTER, facts):
            return True
        db.send(LINE_UP, facts)
        db.send(CALL, facts)
    return False


def is_full(db: Database, site: str, *, most: int) -> bool:
    """Whether so many visits are present or waited for that a job which can wait should not
    enter."""
    return int(db.all(PRESENT, {"site": site})[0][0]) >= most


def leave(db: Database, lease: Lease, site: str, *, most: int, now: Now) -> bool:
    """End the visit. True when a waiting job became due by that. One that is over costs a read."""
    if db.one(THERE, {"job": lease.job, "fence": lease.fence}) is None:
        return False
    with db.write():
        if not db.change(LEAVE, {"job": lease.job, "fence": lease.fence}):
            return False
        return db.change(CALL, {"site": site, "most": most, "now": now.wall}) > 0


def prune(db: Database, *, now: Now) -> int:
    """Delete the visits of lost leases, and paces that no longer delay a visit."""
    with db.write():
        return db.change(PRUNE) + db.change(PRUNE_PACES, {"now": now.wall})
