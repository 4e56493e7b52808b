"""How long downloads wait in line."""

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database

OLDEST = f"SELECT MIN(at) FROM jobs WHERE state = {State.QUEUED} AND lane = {Lane.HEAVY}"


def of_downloads(db: Database, *, now: Now) -> float:
    """Seconds since the first download in line might have begun; 0 with none in line."""
    ((oldest,),) = db.all(OLDEST)
    return max(0.0, now.wall - oldest) if oldest is not None else 0.0
