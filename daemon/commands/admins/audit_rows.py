"""`chapar audit`: what admins did, from the chat or at a terminal, the latest first."""

from daemon.console.output import count, minute, table
from procs.store.admins import audit_log
from procs.store.database import Database

AUDIT_COLUMNS = ("when", "admin", "name", "action", "subject", "before", "after")


def listed(db: Database, *, person: int | None, most: int) -> list[str]:
    """A line for each act, of everything or of what was done to one person, and one of totals."""
    subject = audit_log.person(person) if person is not None else ""
    found = audit_log.latest(db, subject=subject, most=most)
    rows = [
        (minute(one.at), str(one.admin), one.name, one.action, one.subject, one.was, one.became)
        for one in found
    ]
    return [*(table(AUDIT_COLUMNS, rows, right="admin") if rows else []), count(len(found), "act")]
