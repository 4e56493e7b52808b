"""Begins and ends a pause, and moves the jobs that it concerns."""

from typing import Any

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import pauses, seats
from procs.store.jobs.history import event

PENDING = f"""
SELECT id, user_id, lane, site, seat FROM jobs
 WHERE state = {State.QUEUED}
UNION ALL
SELECT id, user_id, lane, site, seat FROM jobs
 WHERE seat IS NOT NULL AND seat > 0
"""
HELD = f"SELECT id, user_id, lane, site FROM jobs WHERE state = {State.HELD} ORDER BY id"


def pause(db: Database, scope: str, *, why: str = "", now: Now) -> int:
    """Start nothing new in a scope. Returns how many jobs are held by it."""
    with db.write(full=True):
        pauses.begin(db, scope, why=why, now=now)
        rows = [row for row in db.all(PENDING) if scope in scopes(row)]
        for job, *_ in rows:
            db.change(
                seats.HOLD, {"job": job, "now": now.wall, "event": event(now, "held", by=scope)}
            )
        for _, user, lane, _, seat in rows:
            if seat < 0:
                seats.hand_on(db, user=user, lane=Lane(lane), seat=seat, now=now)
    return len(rows)


def resume(db: Database, scope: str, *, now: Now) -> int:
    """End a pause: held jobs come back in the order of their numbers, unless another pause holds
    them too. Returns how many came back."""
    with db.write(full=True):
        pauses.end(db, scope)
        rows = [row for row in db.all(HELD) if scope in scopes((*row, 0))]
        for job, user, lane, site in rows:
            seats.sit(db, job, user=user, lane=Lane(lane), site=site, now=now)
    wake.notify_idle(db.run, max(1, len(rows)))
    return len(rows)


def scopes(row: tuple[Any, ...]) -> set[str]:
    """The scopes a job belongs to, the whole system apart."""
    _, user, _, site, _ = row
    return {pauses.user(user), pauses.site(site)}
