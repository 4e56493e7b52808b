"""Deletes old rows in batches, so that no writer waits long at the gate.

The pruner reads rows in the order of their numbers, which is nearly that of their ends, up to the
first that ended too lately. So it costs little when nothing is old, which is nearly always, and
needs no index for which every end of a job would pay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procs.records.job import State
from procs.store.database import Database
from procs.store.literals import EVERY_LANE

#: Rows looked at, and at most forgotten, at once.
BITE = 200

#: Number, and instant of the end; NULL for a row that is not over, which is skipped.
JOBS = f"""
SELECT id, CASE WHEN state >= {State.DONE} THEN at END FROM jobs
 WHERE id > :after ORDER BY id LIMIT :bite
"""
REQUESTS = """
SELECT id, CASE WHEN state <> 'open' THEN closed_at END FROM requests
 WHERE id > :after ORDER BY id LIMIT :bite
"""
WORKERS = "SELECT id, ended_at FROM workers WHERE id > :after ORDER BY id LIMIT :bite"
#: The newest row stays: its number must not be used again.
FORGET_JOB = f"""
DELETE FROM jobs
 WHERE id = :id AND state >= {State.DONE} AND at < :before AND id < (SELECT MAX(id) FROM jobs)
"""
FORGET_REQUEST = """
DELETE FROM requests
 WHERE id = :id AND closed_at < :before AND state <> 'open'
   AND id < (SELECT MAX(id) FROM requests)
"""
FORGET_DELIVERIES = """
DELETE FROM deliveries
 WHERE request = :id AND NOT EXISTS (SELECT 1 FROM requests WHERE id = :id)
"""
# Not who holds a lease still: that is taken back by its holder's row, or at its end.
FORGET_WORKER = f"""
DELETE FROM workers
 WHERE id = :id AND ended_at < :before AND id < (SELECT MAX(id) FROM workers)
   AND NOT EXISTS (SELECT 1 FROM jobs
                    WHERE state = {State.LEASED} AND lane IN ({EVERY_LANE}) AND worker = workers.id)
"""


@dataclass(frozen=True, slots=True)
class PrunedKind:
    """How rows of one table are read and deleted, with the rows that belong to them."""

    look: str
    forget: str
    along: tuple[str, ...] = ()


OLD_JOBS = PrunedKind(JOBS, FORGET_JOB)
OLD_REQUESTS = PrunedKind(REQUESTS, FORGET_REQUEST, (FORGET_DELIVERIES,))
OLD_WORKERS = PrunedKind(WORKERS, FORGET_WORKER)
KINDS = (OLD_JOBS, OLD_REQUESTS, OLD_WORKERS)


def bites(db: Database, *, before: float, kinds: Iterable[PrunedKind] = KINDS) -> Iterator[int]:
    """Delete rows that ended before a wall instant, one bite for each step. Yields how many rows
    each took."""
    for kind in kinds:
        for old in looks(db, kind, before=before):
            with db.write():
                facts = [{"id": number, "before": before} for number in old]
                forgotten = db.change_many(kind.forget, facts)
                for statement in kind.along:
                    db.change_many(statement, [{"id": number} for number in old])
            yield forgotten


def looks(db: Database, kind: PrunedKind, *, before: float) -> Iterator[list[int]]:
    """The numbers of old rows, as far as there are any."""
    after = 0
    while rows := db.all(kind.look, {"after": after, "bite": BITE}):
        after = rows[-1][0]
        if old := [number for number, end in rows if end is not None and end < before]:
            yield old
        if any(end is not None and end >= before for _, end in rows):
            return
