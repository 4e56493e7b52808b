"""Roles of people in groups, as Telegram reported them lately. An admin may press and set what
other members may not.

A row expires after a few minutes, and is deleted when an update reports a change.
"""

from procs.core.clock import Now
from procs.store.database import Database

ADMIN, MEMBER = "admin", "member"
#: Seconds for which a row counts: of an admin, and of somebody who is none.
BELIEVED = {ADMIN: 300.0, MEMBER: 60.0}

NOTE = """
INSERT INTO members (chat, person, role, until) VALUES (:chat, :person, :role, :until)
    ON CONFLICT (chat, person) DO UPDATE SET role = excluded.role, until = excluded.until
"""
READ = "SELECT role FROM members WHERE chat = :chat AND person = :person AND until > :now"
DROP = "DELETE FROM members WHERE chat = :chat AND person = :person"
PRUNE = "DELETE FROM members WHERE until <= :now"


def note(db: Database, chat: int, person: int, role: str, *, now: Now) -> None:
    """Store the role that Telegram reported. Raises StoreFull."""
    facts = {"chat": chat, "person": person, "role": role, "until": now.wall + BELIEVED[role]}
    with db.write():
        db.change(PRUNE, {"now": now.wall})
        db.change(NOTE, facts)


def read(db: Database, chat: int, person: int, *, now: Now) -> str:
    """The role of a person in a group; "" when no row is fresh enough."""
    row = db.one(READ, {"chat": chat, "person": person, "now": now.wall})
    return str(row[0]) if row else ""


def drop(db: Database, chat: int, person: int) -> None:
    """Delete the role, because an update reported a change. Raises StoreFull."""
    with db.write():
        db.change(DROP, {"chat": chat, "person": person})
