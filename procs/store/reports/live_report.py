"""The jobs that workers have in hand, each with how far it is."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.jobs.leases import LEASE

LIVE = f"""
SELECT j.id, j.kind, j.lane, j.site, j.user_id, j.attempt, j.stop, j.at, j.worker,
       COALESCE(p.step, ''), COALESCE(p.done, 0), COALESCE(p.total, 0), COALESCE(p.rate, 0.0)
  FROM jobs j LEFT JOIN progress p ON p.job = j.id
 WHERE j.state = {State.LEASED} AND j.lane = :lane ORDER BY j.id
"""


@dataclass(frozen=True, slots=True)
class LiveJob:
    """`worker` is its row's number; `done` and `total` are bytes of the `step`, `rate` bytes a
    second, `lease_age` the seconds since the lease was renewed. `stops`: it was told to stop."""

    id: int
    kind: str
    lane: Lane
    site: str
    user: int
    attempt: int
    stops: bool
    lease_age: float
    worker: int
    step: str
    done: int
    total: int
    rate: float


def read(db: Database, *, now: Now) -> list[LiveJob]:
    """Every leased job."""
    found = []
    for lane in Lane:
        for row in db.all(LIVE, {"lane": int(lane)}):
            job, kind, number, site, user, attempt, stop, at, worker, *progress = row
            age = max(0.0, now.boot - (at - LEASE))
            facts = (job, kind, Lane(number), site or "", user, attempt, bool(stop), age)
            found.append(LiveJob(*facts, worker or 0, *progress))
    return found
