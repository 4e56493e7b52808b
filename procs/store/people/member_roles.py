"""What people are in groups, as Telegram said lately: an admin may press and set what others may
not. A row is believed for a few minutes, and dropped as soon as an update says that it changed."""

from procs.core.clock import Now
from procs.store.database import Database

ADMIN, MEMBER = "admin", "member"
#: Seconds for which it is believed that somebody is an admin, and that somebody is none.
BELIEVED = {ADMIN: 300.0, MEMBER: 60.0}

NOTE = """
INSERT INTO members (chat, person, role, until) VALUES (:chat, :person, :role, :until)
    ON CONFLICT (chat, person) DO UPDATE SET role = excluded.role, until = excluded.until
"""
READ = "SELECT role FROM members WHERE chat = :chat AND person = :person AND until > :now"
DROP = "DELETE FROM members WHERE chat = :chat AND person = :person"
PRUNE = "DELETE FROM members WHERE until <= :now"


def note(db: Database, chat: int, person: int, role: str, *, now: Now) -> None:
    """Keep what Telegram said. Raises StoreFull."""
    facts = {"chat": chat, "person": person, "role": role, "until": now.wall + BELIEVED[role]}
    with db.write():
        db.change(PRUNE, {"now": now.wall})
        db.change(NOTE, facts)


def read(db: Database, chat: int, person: int, *, now: Now) -> str:
    """What somebody is in a group; "" when nobody said so lately."""
    row = db.one(READ, {"chat": chat, "person": person, "now": now.wall})
    return str(row[0]) if row else ""


def drop(db: Database, chat: int, person: int) -> None:
    """It changed. Raises StoreFull."""
    with db.write():
        db.change(DROP, {"chat": chat, "person": person})
