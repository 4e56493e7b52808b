"""What the product does in several steps, in one, as tests of the store want it."""

from procs.core.clock import Now
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.jobs import leases
from procs.store.reports import job_record, personal_data
from procs.store.requests import lists


def listed(db: Database, lease: Lease, found: str, *, title: str, now: Now) -> None:
    """Show what there is to everybody who waits, which ends their requests; who came by a list gets
    no list again. Raises LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        lists.show(db, lease.job, found, title=title, now=now)


def forget(db: Database, person: int, *, now: Now) -> bool:
    """Delete all that names a person, after stopping what runs for them. False when a worker still
    holds a job of theirs: the keeper goes on from there. Raises StoreFull."""
    personal_data.ask(db, person, now=now)
    return personal_data.proceed(db, person, now=now)


def is_asked(db: Database, person: int) -> bool:
    """Whether a deletion is under way."""
    return db.one(personal_data.SINCE, {"person": person}) is not None


def cancel_job(db: Database, job: int, *, now: Now) -> bool:
    """End a job for everybody who waits for it, as `chapar cancel` does. False when it is over
    already."""
    runner = job_record.withdraw(db, job, now=now)
    if runner is not None:
        job_record.tell_withdrawn(db, job, runner)
    return runner is not None
