"""Writes what is done at a terminal into the audit log, as admins' acts are. The undo of a move
goes by that: what changed the new database since would be lost."""

from procs.core import clock
from procs.store.admins import audit_log
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database


def note(db: Database, action: str, subject: str, was: str = "", became: str = "") -> None:
    """Write an act of the sysadmin's, within the transaction that does it."""
    now, change = clock.now(), AuditChange(subject, was, became)
    audit_log.note(db, 0, action, change, mark=f"chapar:{action}:{subject}:{now.wall}", now=now)
