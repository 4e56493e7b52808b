"""What a worker does with the lease table, cycle by cycle, by the functions that it calls."""

import contextlib
from collections.abc import Sequence

from procs.core.clock import Now
from procs.errors import LeaseLost
from procs.records.job import Lane, Lease, State
from procs.store.database import Database
from procs.store.jobs import leases, seats
from procs.store.jobs.seats import NewJob

HOLDS = "SELECT 1 FROM jobs WHERE id = :job AND fence = :fence AND state = :leased"


def enqueue(db: Database, jobs: Sequence[NewJob], *, now: Now, full: bool = True) -> list[int]:
    """Add jobs in one transaction, as a request does. Returns their numbers, in order."""
    with db.write(full=full):
        return [seats.add(db, job, now=now) for job in jobs]


def turn(
    db: Database, *, worker: int, lane: Lane, room: int, now: Now, done: Sequence[Lease] = ()
) -> list[Lease]:
    """Finish leases, each in a transaction of its own, and claim once. One that is no longer ours
    is passed over: its job belongs to somebody else."""
    for lease in done:
        with contextlib.suppress(LeaseLost):
            leases.finish(db, lease, now=now)
    return leases.claim(db, worker=worker, lane=lane, room=room, now=now) if room else []


def holds(db: Database, lease: Lease) -> bool:
    """Whether a lease is still its worker's."""
    facts = {"job": lease.job, "fence": lease.fence, "leased": int(State.LEASED)}
    return db.one(HOLDS, facts) is not None
