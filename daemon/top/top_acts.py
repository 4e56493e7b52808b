"""What keys of `chapar top` do."""

from procs.core import clock
from procs.store.database import Database
from procs.store.jobs import pause_control, pauses
from procs.store.reports import job_record

WHY = "chapar top"


def cancel(db: Database, job: int) -> str:
    """Tell a job to stop; the screen shows its end."""
    told = job_record.cancel(db, job, now=clock.now())
    return f"job {job} is told to stop" if told else f"job {job} is over already"


def retry(db: Database, job: int) -> str:
    """Do the job of a failure once more."""
    done = job_record.retry(db, job, now=clock.now())
    return f"job {job} is tried again" if done else f"job {job}: nothing to be tried again"


def drain(db: Database) -> str:
    """Pause everything, or go on: what runs is finished either way."""
    if pauses.is_paused(db):
        pause_control.resume(db, pauses.ALL, now=clock.now())
        return "resumed"
    pause_control.pause(db, pauses.ALL, why=WHY, now=clock.now())
    return "paused: nothing new starts; the same key resumes"
