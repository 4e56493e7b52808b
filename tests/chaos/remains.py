"""What a stack at rest should not have: files that nobody owns, messages of unknown fate."""

from procs.store.jobs import file_owners
from tests.sandbox.stack import Stack

UNCERTAIN = "SELECT COUNT(*) FROM deliveries WHERE sent_at IS NOT NULL AND receipt IS NULL"
PROMISES = "SELECT job FROM reservations"


def left_over(stack: Stack) -> list[str]:
    """What lies in the folders of jobs and deliveries, or is promised on the disk, without a lease
    that lives."""
    leased = {f"{job}-{fence}" for job, fence in file_owners.leases(stack.db)}
    files = [path for name in ("jobs", "outbox") for path in (stack.state / name).iterdir()]
    promised = [f"promise to job {job}" for (job,) in stack.db.all(PROMISES)]
    return [str(path) for path in files if path.name not in leased] + promised * (not leased)


def number(stack: Stack, sql: str) -> int:
    row = stack.db.one(sql)
    return int(row[0]) if row else 0
