"""The record of jobs, for the operator: lists them, explains one, retries and cancels it."""

from dataclasses import dataclass
from typing import Any

from procs.core.clock import Now
from procs.records import job_payload
from procs.records.job import Lane, State
from procs.records.job_payload import Payload
from procs.store import wake
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import outcomes, recovery, seats
from procs.store.jobs.history import event
from procs.store.literals import numbers

#: The ends after which a job may be done once more.
BADLY = (State.FAILED, State.CANCELLED, State.DEAD)

COLUMNS = """
SELECT j.id, j.user_id, j.lane, j.state, j.at, j.attempt, j.deaths, j.kind, j.site, j.payload,
       COALESCE(j.error, ''), COALESCE(w.name, ''), j.story
  FROM jobs j LEFT JOIN workers w ON w.id = j.worker
"""
ALIVE = f"""
{COLUMNS} WHERE j.state = {State.LEASED} UNION ALL
{COLUMNS} WHERE j.state = {State.QUEUED} UNION ALL
{COLUMNS} WHERE j.state = {State.LATER} UNION ALL
{COLUMNS} WHERE j.state = {State.HELD} UNION ALL
{COLUMNS} WHERE j.seat IS NOT NULL AND j.seat > 0 LIMIT :most
"""
LATEST = COLUMNS + " ORDER BY j.id DESC LIMIT :most"
ONE = COLUMNS + " WHERE j.id = :job"
OF_CODE = "SELECT job FROM requests WHERE code = :code ORDER BY id DESC LIMIT 1"
REVIVE = f"""
UPDATE jobs
   SET state = {State.LATER}, at = :now, attempt = 0, deaths = 0, blame = 0, stop = 0, error = NULL,
       seat = NULL, story = story || :event
 WHERE id = :job AND state IN ({numbers(BADLY)})
RETURNING user_id, lane, site
"""
REOPEN = """
UPDATE requests SET state = 'open', say = NULL, code = NULL, ended_at = NULL,
       started_at = NULL, asked_at = :now,
       closed_at = CASE WHEN parent IS NULL THEN NULL ELSE closed_at END, shown = ''
 WHERE job = :job AND state = :ended
"""
TWIN = f"""
SELECT 1 FROM jobs t JOIN jobs j ON t.mark = j.mark
 WHERE j.id = :job AND t.mark IS NOT NULL AND t.state < {State.DONE} LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job in the record. `at` is wall time, except for a leased one (the end of its lease)."""

    id: int
    user: int
    lane: Lane
    state: State
    at: float
    attempt: int
    deaths: int
    kind: str
    site: str
    payload: Payload
    error: str
    worker: str
    story: tuple[str, ...]


def alive(db: Database, *, most: int = 200) -> list[JobRecord]:
    """The jobs that are not over: running, queued, later, held, waiting."""
    return [_job(row) for row in db.all(ALIVE, {"most": most})]


def latest(db: Database, *, most: int = 50) -> list[JobRecord]:
    """The newest jobs, whatever became of them."""
    return [_job(row) for row in db.all(LATEST, {"most": most})]


def find(db: Database, name: str) -> JobRecord | None:
    """A job by its number, or by the code that a person read."""
    if not name.isdigit():
        row = db.one(OF_CODE, {"code": name.upper()})
        name = str(row[0] or 0) if row else "0"
    row = db.one(ONE, {"job": int(name)})
    return _job(row) if row else None


def retry(db: Database, job: int, *, now: Now) -> bool:
    """Run a failed job again, with all its attempts; the people who waited for it wait again,
    except those who had left. False when there is nothing to retry, an equal job runs already, or
    all had left. May be part of another transaction: after its commit the caller tells the idle
    workers and the bot (`wake.notify_all`)."""
    with db.write(full=True):
        found = find(db, str(job))
        if found is None or found.state not in BADLY or db.one(TWIN, {"job": job}):
            return False
        ended = "cancelled" if found.state is State.CANCELLED else "failed"
        if not db.change(REOPEN, {"job": job, "ended": ended, "now": now.wall}):
            return False
        revived = {"job": job, "now": now.wall, "event": event(now, "revived")}
        ((user, lane, site),) = db.all(REVIVE, revived)
        seats.sit(db, job, user=user, lane=Lane(lane), site=site, now=now)
    return True


def withdraw(db: Database, job: int, *, now: Now) -> str | None:
    """End a job, in a transaction that may be part of another. Returns the wake address of the
    worker that carries it, "" for none, which `tell_withdrawn` needs after the commit; None when
    the job is over already."""
    found = find(db, str(job))
    if found is None or found.state.over:
        return None
    with db.write(full=True):
        outcomes.cancel_requests(db, job, now=now)
        runner = recovery.cancel(db, job, now=now)
    return (workers.address(db, runner) or "") if runner is not None else ""


def tell_withdrawn(db: Database, job: int, runner: str) -> None:
    """Have the worker stop the job, and the bot show its end."""
    if runner:
        wake.notify(db.run, runner, b"stop %d" % job)
    wake.notify(db.run, wake.BOT)


def _job(row: tuple[Any, ...]) -> JobRecord:
    (*who, lane, state), rest, (payload, error, worker, story) = row[:4], row[4:9], row[9:]
    facts: tuple[Any, ...] = (*who, Lane(lane), State(state), *rest)
    about = job_payload.decode(row[7], payload)
    return JobRecord(*(*facts, about, error, worker, tuple(story.splitlines())))
