"""`chapar jobs`, `why`, `retry` and `cancel`: the record of jobs, read and corrected."""

import re
import time
from collections import Counter

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from daemon.console.output import count, local, table
from procs.core import clock
from procs.records.job import Lane, State
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.database import Database
from procs.store.health import workers
from procs.store.reports import job_people, job_record
from procs.store.reports.job_record import JobRecord
from procs.store.reports.system_report import overview
from procs.texts import i18n

#: A job's number, or the code that a person was given.
JOB_NAME = re.compile(r"[0-9]{1,18}|[Ee]-[0-9A-Za-z]{4}")
JOB_COLUMNS = ("job", "state", "kind", "user", "site", "attempt", "worker", "age", "last error")
#: When a job that is tried again begins, where it has to wait.
REASONS = {
    State.HELD: "when its pause ends",
    State.WAITING: "when its user's other downloads are over",
}
#: Seconds that a running job may take to stop before `cancel` says so; it takes 0.2.
STOPPING = 10.0
STOP_POLL = 0.1


def living(db: Database) -> list[str]:
    """A line for each job that is not over, running ones first, and one of totals."""
    jobs = job_record.alive(db)
    counts: Counter[str] = Counter()
    for lane in overview(db, now=clock.now()).jobs.values():
        counts.update(lane)
    left_out = counts.total() - len(jobs)
    more = [f"and {i18n.number('en', left_out)} more"] if left_out > 0 else []
    return [*listed(jobs), *more, f"{count(counts.total(), 'job')} alive{state_counts(counts)}"]


def latest(db: Database) -> list[str]:
    """A line for each of the newest jobs, whatever became of them, and one of totals."""
    jobs = job_record.latest(db)
    counts = Counter(job.state.name.lower() for job in jobs)
    return [*listed(jobs), f"the latest {count(len(jobs), 'job')}{state_counts(counts)}"]


def state_counts(counts: Counter[str]) -> str:
    """`: 2 leased, 1 queued`, in the order in which a job goes through them."""
    names = [state.name.lower() for state in State if counts[state.name.lower()]]
    return f": {', '.join(f'{counts[name]} {name}' for name in names)}" if names else ""


def listed(jobs: list[JobRecord]) -> list[str]:
    """Jobs as a table with an empty line below; nothing for no jobs."""
    now = clock.now().wall
    rows = [cells(job, now) for job in jobs]
    return [*table(JOB_COLUMNS, rows, right="job user attempt age"), ""] if rows else []


def cells(job: JobRecord, now: float) -> tuple[str, ...]:
    """One job as words. Its age is the time since it was asked for."""
    age = i18n.clock("en", now - instant(job.story[0])) if job.story else ""
    error = job.error
    if job.state is State.LATER:
        error += f", again in {i18n.clock('en', max(0.0, job.at - now))}"
    start = (str(job.id), job.state.name.lower(), job.kind, str(job.user), job.site or "-")
    return (*start, str(job.attempt), job.worker or "-", age, error)


def instant(event: str) -> float:
    """When an event of a story happened."""
    return float(event.partition(" ")[0])


def why(db: Database, name: str) -> list[str]:
    """Everything that happened to one job, in order, and who asked for it. Raises Refusal."""
    job = find_job(db, name)
    asked = job_people.of_job(db, job.id)
    wish = job.payload if isinstance(job.payload, LinkPayload) else LinkPayload(variant="")
    link = wish.url or next((one.url for one in asked), "")
    lines = [
        f"job {job.id}: {job.kind} {link} {wish.variant}".rstrip(),
        f"{job.state.name.lower()}, attempt {job.attempt}, user {job.user}"
        + (f", last error: {job.error}" if job.error else ""),
        "",
        *story(db, job),
    ]
    return lines + (["", *requests(asked)] if asked else [])


def story(db: Database, job: JobRecord) -> list[str]:
    """The events with their local instants and the seconds since the one before."""
    rows, before = [], None
    for event in job.story:
        at, _, rest = event.partition(" ")
        word, _, facts = rest.partition(" ")
        since = "" if before is None else f"+{float(at) - before:.3f}"
        rows.append((local(float(at)), since, word, by_name(db, facts)))
        before = float(at)
    return table(("when", "seconds", "event", ""), rows, right="seconds")


def by_name(db: Database, facts: str) -> str:
    """The facts of an event, a worker's number replaced by the name that the logs have."""
    return re.sub(
        r"\bworker=(\d+)", lambda it: f"worker={job_people.worker_name(db, int(it[1]))}", facts
    )


def requests(asked: list[job_people.JobRequest]) -> list[str]:
    """The requests that wait for a job, as a table."""
    rows = [
        (str(one.request), str(one.user), one.state, one.code, local(one.received_at))
        for one in asked
    ]
    return table(("request", "user", "state", "code", "received"), rows, right="request user")


def find_job(db: Database, name: str) -> JobRecord:
    """The job of a number or code. Raises Refusal when there is none."""
    job = job_record.find(db, name) if JOB_NAME.fullmatch(name) else None
    if job is None:
        raise Refusal(f"no job has the number or code {name}; chapar jobs --all shows the latest")
    return job


def retry(db: Database, name: str) -> str:
    """Let a job that ended badly be done once more, and say when. Raises Refusal."""
    job = find_job(db, name)
    if not job.state.over or job.state is State.DONE:
        raise Refusal(f"job {job.id} is {job.state.name.lower()}: only what ended badly is retried")
    if not reopen(db, job.id):
        raise Refusal(f"job {job.id}: all have left, or another job for the same link runs already")
    why = REASONS.get(find_job(db, str(job.id)).state, "at once")
    return f"job {job.id} is tried again {why}"


def cancel(db: Database, name: str) -> str:
    """End a job for everybody who waits for it, and wait for its end. Raises Refusal."""
    job = find_job(db, name)
    if not withdraw(db, job.id):
        raise Refusal(f"job {job.id} is over already: {job.state.name.lower()}")
    end = clock.now().boot + STOPPING
    while not (now := find_job(db, str(job.id))).state.over:
        if clock.now().boot > end:
            return f"job {job.id} was told to stop, and has not stopped yet"
        time.sleep(STOP_POLL)
    return f"job {job.id} is {now.state.name.lower()}"


def reopen(db: Database, job: int) -> bool:
    """Do a job once more, as an act at a terminal. False where that cannot be."""
    with db.write(full=True):
        is_open = job_record.retry(db, job, now=clock.now())
        if is_open:
            terminal_acts.note(db, "job-retry", f"job:{job}", "", "again")
    if is_open:
        wake.notify_all(db.run)
    return is_open


def withdraw(db: Database, job: int) -> bool:
    """End a job for everybody, as an act at a terminal. False where it is over."""
    with db.write(full=True):
        runner = job_record.withdraw(db, job, now=clock.now())
        if runner is not None:
            terminal_acts.note(db, "job-cancel", f"job:{job}", "", "cancelled")
    if runner is not None:
        job_record.tell_withdrawn(db, job, runner)
    return runner is not None


def carried(db: Database, *, machine: str = "") -> list[JobRecord]:
    """The jobs that living workers have in hand: those of one machine, where it is named."""
    present = [one for one in workers.present(db) if machine in ("", one.host)]
    hands = {one.name for one in present if not one.here or one.alive}
    jobs = job_record.alive(db)
    return [job for job in jobs if job.state is State.LEASED and job.worker in hands]


def short(job: JobRecord) -> str:
    """A job in a few words: `job 41 (fetch youtube) on w00-812`."""
    what = f"{job.kind} {job.site}".rstrip() if job.lane is Lane.HEAVY else job.kind
    return f"job {job.id} ({what}) on {job.worker}"
