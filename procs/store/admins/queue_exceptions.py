"""Exceptions from the fair order of the queue: a job that is to be the first of its lane."""

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.jobs import seats
from procs.store.jobs.history import event

FIND = f"""
SELECT user_id, lane, state, seat FROM jobs
 WHERE id = :job AND state IN ({State.QUEUED}, {State.WAITING})
"""
FIRST = f"""
UPDATE jobs
   SET state = {State.QUEUED}, seat = :seat, story = story || :event,
       at = COALESCE((SELECT MIN(at) FROM jobs WHERE state = {State.QUEUED} AND lane = :lane),
                     :now) - 1
 WHERE id = :job AND state IN ({State.QUEUED}, {State.WAITING})
"""


def put_first(db: Database, job: int, *, now: Now) -> bool:
    """Let a job be claimed before all others of its lane. One that waits behind its person's other
    jobs gets a seat beyond their cap, which is not handed on when it ends. False for a job that
    neither waits in the queue nor for a seat."""
    with db.write(full=True):
        row = db.one(FIND, {"job": job})
        if row is None:
            return False
        user, lane, state, seat = row
        if state == State.WAITING:
            seat = seats.spare_seat(db, user, Lane(lane))
        facts = {"job": job, "lane": lane, "seat": seat, "now": now.wall}
        return db.change(FIRST, {**facts, "event": event(now, "put-first")}) > 0
