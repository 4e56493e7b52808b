"""Who waits or waited for a job, and which workers carried it: for the operator's `why`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from procs.store.database import Database

OF_JOB = """
SELECT id, user_id, url, state, COALESCE(code, ''), received_at
  FROM requests WHERE job = :job ORDER BY id
"""
NAME = "SELECT name FROM workers WHERE id = :worker"
HOST = "SELECT host FROM workers WHERE id = :worker"
#: A worker in an event of a job's story.
WORKER = re.compile(r"\bworker=(\d+)")


@dataclass(frozen=True, slots=True)
class JobRequest:
    """One request that points to a job. `received_at` is wall time."""

    request: int
    user: int
    url: str
    state: str
    code: str
    received_at: float


def of_job(db: Database, job: int) -> list[JobRequest]:
    """The requests of a job, over or not. A download that succeeded has none any more: each of its
    requests belongs to its own delivery."""
    return [JobRequest(*row) for row in db.all(OF_JOB, {"job": job})]


def worker_name(db: Database, worker: int) -> str:
    """The name of a worker, whether it lives or not; its number when its row is gone."""
    row = db.one(NAME, {"worker": worker})
    return str(row[0]) if row else str(worker)


def machines(db: Database, story: Sequence[str]) -> list[str]:
    """The machines whose workers carried a job, by the events of its story."""
    numbers = {int(one) for event in story for one in WORKER.findall(event)}
    rows = (db.one(HOST, {"worker": number}) for number in sorted(numbers))
    return sorted({str(row[0]) for row in rows if row})
