"""Seats and the ring: who may have a job queued or running, and whose turn is next.

Seats -1, -2, … -cap are taken ones; a positive seat is a place in the user's own waiting line (the
job's number, so the line is in the order of asking).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procs import codec
from procs.clock import Now
from procs.job import Kind, Lane, State
from procs.store.database import Database

#: Light jobs of one user that may be queued or running at once.
LIGHT_CAP = 2

TAKEN = """
SELECT seat FROM jobs WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane AND seat < 0
"""
CAP = "SELECT cap FROM users WHERE id = :user"
NEXT_ID = "SELECT COALESCE(MAX(id), 0) + 1 FROM jobs"
ADD = """
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, mark, payload, story)
VALUES (:id, :user, :lane, :state, :now, :seat, :kind, :mark, :payload, :event)
"""
HAND_ON = """
UPDATE jobs SET state = 0, at = :now, seat = :seat
 WHERE id = (SELECT id FROM jobs
              WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane AND seat > 0
              ORDER BY seat LIMIT 1)
"""
SIT = "UPDATE jobs SET state = :state, seat = :seat, at = :now WHERE id = :job"
ADOPT = """
UPDATE jobs SET user_id = :user, seat = :seat, state = 0, at = :now
 WHERE id = :job AND state = 10
"""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added. `mark` is unique among the jobs that are not over."""

    user: int
    lane: Lane
    kind: Kind
    payload: dict[str, Any]
    mark: str | None = None


def cap(db: Database, user: int, lane: Lane) -> int:
    """How many seats a user has in a lane."""
    if lane is Lane.LIGHT:
        return LIGHT_CAP
    row = db.one(CAP, {"user": user})
    return db.cap if row is None or row[0] is None else int(row[0])


def free_seat(db: Database, user: int, lane: Lane) -> int | None:
    """A seat this user does not use, None when all are taken."""
    taken = {row[0] for row in db.all(TAKEN, {"user": user, "lane": int(lane)})}
    return next((-n for n in range(1, cap(db, user, lane) + 1) if -n not in taken), None)


def add(db: Database, job: NewJob, *, now: Now) -> int:
    """Add a job: queued when its user has a free seat, else at the end of the user's line."""
    row = db.one(NEXT_ID)
    number = int(row[0]) if row else 1
    seat = free_seat(db, job.user, job.lane)
    facts = {
        "id": number,
        "user": job.user,
        "lane": int(job.lane),
        "kind": job.kind.value,
        "state": int(State.WAITING if seat is None else State.QUEUED),
        "now": now.wall,
        "seat": number if seat is None else seat,
        "mark": job.mark,
        "payload": codec.dump(job.payload),
        "event": f"{now.wall:.3f} added\n",
    }
    db.change(ADD, facts)
    return number


def enqueue(db: Database, jobs: Sequence[NewJob], *, now: Now, full: bool = True) -> list[int]:
    """Add jobs in one transaction. Returns their numbers, in order."""
    with db.write(full=full):
        return [add(db, job, now=now) for job in jobs]


def hand_on(db: Database, *, user: int, lane: Lane, seat: int, now: Now) -> bool:
    """Give a seat that became free to the user's next waiting job. A seat beyond the user's cap
    (it was lowered meanwhile) is given to nobody."""
    if seat < -cap(db, user, lane):
        return False
    facts = {"user": user, "lane": int(lane), "seat": seat, "now": now.wall}
    return db.change(HAND_ON, facts) > 0


def sit(db: Database, job: int, *, user: int, lane: Lane, now: Now) -> bool:
    """Bring back a job that has no seat: queued when there is a free one, else into the line."""
    seat = free_seat(db, user, lane)
    state = State.WAITING if seat is None else State.QUEUED
    db.change(
        SIT,
        {"job": job, "state": int(state), "now": now.wall, "seat": job if seat is None else seat},
    )
    return seat is not None


def adopt(db: Database, job: int, *, user: int, now: Now) -> bool:
    """Let a waiting download that a second user asks for too run on that user's free seat."""
    seat = free_seat(db, user, Lane.HEAVY)
    if seat is None:
        return False
    facts = {"job": job, "user": user, "seat": seat, "now": now.wall}
    return db.change(ADOPT, facts) > 0
