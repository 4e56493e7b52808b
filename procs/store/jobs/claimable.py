"""Which lanes have a job to claim: a worker reads it before and after it sleeps."""

from dataclasses import dataclass

from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.jobs.leases import ENDLESS, LANES
from procs.store.literals import KNOWN_KINDS

#: One row for each lane in which jobs are queued, and a last one without.
OUTLOOK = f"""
WITH RECURSIVE queued (lane) AS (
    SELECT MIN(lane) FROM jobs WHERE state = {State.QUEUED} AND kind IN ({KNOWN_KINDS})
     UNION ALL
    SELECT (SELECT MIN(lane) FROM jobs
             WHERE state = {State.QUEUED} AND lane > queued.lane AND kind IN ({KNOWN_KINDS}))
      FROM queued WHERE queued.lane IS NOT NULL)
SELECT lane, (SELECT MIN(at) FROM jobs WHERE state = {State.LATER}),
       EXISTS (SELECT 1 FROM pauses WHERE scope = 'all'),
       :most <= (SELECT COUNT(*) FROM jobs WHERE state = {State.LEASED} AND lane = {Lane.HEAVY})
  FROM queued
"""
#: What a newer version left in the line: nobody of this version takes it.
UNKNOWN = f"""
SELECT kind, COUNT(*) FROM jobs
 WHERE state = {State.QUEUED} AND kind NOT IN ({KNOWN_KINDS}) GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True, slots=True)
class Claimable:
    """What there is to do: the lanes in which a job could be claimed, and the wall
    instant at which the next job becomes due."""

    ready: tuple[Lane, ...]
    due: float | None


def look(db: Database, *, most: int = ENDLESS) -> Claimable:
    """What there is to do, by one statement. No download can be claimed while `most` are leased.
    Where machines share the database, this one may be paused, or the files of all that is ready may
    lie on another: `leases.ready` tells."""
    rows = db.all(OUTLOOK, {"most": most})
    _, due, paused, full = rows[0]
    lanes = [LANES[lane] for lane, *_ in rows[:-1] if not (full and lane == Lane.HEAVY)]
    return Claimable(ready=() if paused else tuple(lanes), due=due)


def unknown(db: Database) -> dict[str, int]:
    """Queued jobs of kinds that this version does not know, by kind: workers of the version that
    made them take them."""
    return {str(kind): int(count) for kind, count in db.all(UNKNOWN)}
