"""What a stack at rest should not have: files that nobody owns, messages of unknown fate, requests
that are not over."""

from procs.store.database import Database
from procs.store.jobs import file_owners
from tests.sandbox.stack import Stack

UNCERTAIN = "SELECT COUNT(*) FROM deliveries WHERE sent_at IS NOT NULL AND receipt IS NULL"
PROMISES = "SELECT job FROM reservations"
#: A choice that nobody makes may stay open.
OPEN = """
SELECT id, state FROM requests
 WHERE (state = 'open' OR closed_at IS NULL) AND state <> 'choosing'
 ORDER BY id
"""


def left_over(stack: Stack) -> list[str]:
    """What lies in the folders of jobs and deliveries, or is promised on the disk, without a lease
    that lives."""
    leased = {f"{job}-{fence}" for job, fence in file_owners.leases(stack.db)}
    files = [path for name in ("jobs", "outbox") for path in (stack.state / name).iterdir()]
    promised = [f"promise to job {job}" for (job,) in stack.db.all(PROMISES)]
    return [str(path) for path in files if path.name not in leased] + promised * (not leased)


def stuck(db: Database, *, broadcast_is_out: bool) -> list[str]:
    """What never came to an end."""
    found = [f"request {number} is {state} and not closed" for number, state in db.all(OPEN)]
    return found + ["the broadcast is not out"] * (not broadcast_is_out)


def number(stack: Stack, sql: str) -> int:
    row = stack.db.one(sql)
    return int(row[0]) if row else 0
