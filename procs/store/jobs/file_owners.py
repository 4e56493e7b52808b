"""The owners of files: leases of job folders, requests of outboxes."""

from procs.records import job_progress
from procs.records.job import Kind, State
from procs.records.job_payload import Payload
from procs.store.database import Database

LEASES = f"""
SELECT id, fence FROM jobs WHERE state = {State.LEASED}
"""
LEFT = f"""
SELECT progress FROM jobs
 WHERE id = :job
   AND state IN ({State.QUEUED}, {State.WAITING}, {State.LATER}, {State.HELD}, {State.LEASED})
"""
OUTBOXES = """
SELECT id FROM requests WHERE folder = 1 AND closed_at IS NULL AND received_at > :since
"""
#: On which machine the files of a job lie, where several share the database.
BIND = """
INSERT INTO job_files (job, machine) VALUES (:job, :machine)
    ON CONFLICT (job) DO UPDATE SET machine = excluded.machine
"""
LOOSEN = "DELETE FROM job_files WHERE job = :job"
#: What `chapar fetch` asks for. A trial, a look at a source and the check of a link have a `folder`
#: too, because they need no Telegram, and leave no files: any machine may carry them.
COLLECTED = (Kind.FETCH, Kind.LOOK)


def is_collected(kind: Kind, payload: Payload) -> bool:
    """Whether the files of a job are collected from the outbox of the machine that asked."""
    return kind in COLLECTED and bool(getattr(payload, "folder", 0))


def bind(db: Database, job: int, machine: str) -> None:
    """Note the machine on which the files of a job lie, "" for none; inside of a transaction."""
    if machine:
        db.send(BIND, {"job": job, "machine": machine})
    else:
        db.send(LOOSEN, {"job": job})


def free(db: Database, job: int) -> None:
    """Let any machine carry a job of which nobody collects the files."""
    with db.write(only=()):
        bind(db, job, "")


def leases(db: Database) -> list[tuple[int, int]]:
    """(job, fence) of every lease."""
    return [(job, fence) for job, fence in db.all(LEASES)]


def left_to_next(db: Database, job: int) -> set[str]:
    """The folders with which the next attempt of a job goes on."""
    row = db.one(LEFT, {"job": job})
    if row is None:
        return set()
    return job_progress.decode(row[0]).folders


def outboxes(db: Database, *, since: float) -> list[int]:
    """The requests whose files wait to be collected by `chapar fetch`."""
    return [row[0] for row in db.all(OUTBOXES, {"since": since})]
