"""What keys of `chapar top` do."""

from daemon.commands import job_commands, pause_commands
from procs.store.database import Database
from procs.store.jobs import pauses

WHY = "chapar top"


def cancel(db: Database, job: int) -> str:
    """Tell a job to stop; the screen shows its end."""
    told = job_commands.withdraw(db, job)
    return f"job {job} is told to stop" if told else f"job {job} is over already"


def retry(db: Database, job: int) -> str:
    """Do the job of a failure once more."""
    done = job_commands.reopen(db, job)
    return f"job {job} is tried again" if done else f"job {job}: nothing to be tried again"


def drain(db: Database) -> str:
    """Pause everything, or go on: what runs is finished either way."""
    if pauses.is_paused(db):
        pause_commands.resume(db, pauses.ALL)
        return "resumed"
    pause_commands.pause(db, pauses.ALL, why=WHY)
    return "paused: nothing new starts; the same key resumes"
