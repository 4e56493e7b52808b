"""Support: the people who write to it, and which message in the support chat belongs to whom."""

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which a reply finds its person, and for which a thread without a word stays open.
KEPT, LASTS = 30 * 24 * 3600.0, 7 * 24 * 3600.0
#: Seconds of silence after which the agents are told anew who it is: its button lives for a day.
FORGOTTEN = 12 * 3600.0
OPEN = """
INSERT INTO support_threads (person, opened_at, said_at, told) VALUES (:person, :now, :now, 0)
    ON CONFLICT (person) DO UPDATE SET opened_at = excluded.opened_at, said_at = excluded.said_at,
       told = 0
"""
CLOSE = "DELETE FROM support_threads WHERE person = :person"
FIND = "SELECT told FROM support_threads WHERE person = :person AND said_at > :since"
SAID = "UPDATE support_threads SET said_at = :now, told = 1 WHERE person = :person"
LINK = """
INSERT INTO support_messages (chat, message, person, at) VALUES (:chat, :message, :person, :now)
    ON CONFLICT (chat, message) DO NOTHING
"""
WHOSE = "SELECT person FROM support_messages WHERE chat = :chat AND message = :message"
CODES = """
SELECT code FROM requests WHERE user_id = :person AND code IS NOT NULL ORDER BY id DESC LIMIT :most
"""
PRUNE = "DELETE FROM support_messages WHERE at < :before"
PRUNE_THREADS = "DELETE FROM support_threads WHERE said_at < :before"


def begin(db: Database, person: int, *, now: Now) -> None:
    """Open the thread of a person."""
    with db.write():
        db.change(OPEN, {"person": person, "now": now.wall})


def close(db: Database, person: int) -> bool:
    """False when it was closed already."""
    with db.write():
        return bool(db.change(CLOSE, {"person": person}))


def is_open(db: Database, person: int, *, now: Now) -> bool:
    """Whether the person wrote to support lately, so that what they send belongs to it."""
    return db.one(FIND, {"person": person, "since": now.wall - LASTS}) is not None


def is_told(db: Database, person: int, *, now: Now) -> bool:
    """Whether the support chat was told lately who this person is."""
    row = db.one(FIND, {"person": person, "since": now.wall - FORGOTTEN})
    return row is not None and bool(row[0])


def note_message(db: Database, person: int, chat: int, message: int, *, now: Now) -> None:
    """Store that a message in the support chat (0 when its number is unknown) belongs to this
    person's thread."""
    with db.write():
        facts = {"person": person, "now": now.wall}
        db.change(SAID, facts)
        if message:
            db.change(LINK, {**facts, "chat": chat, "message": message})


def whose(db: Database, chat: int, message: int) -> int:
    """The person to whose thread a message in the support chat belongs, 0 for none."""
    row = db.one(WHOSE, {"chat": chat, "message": message})
    return int(row[0]) if row else 0


def codes(db: Database, person: int, *, most: int = 3) -> list[str]:
    """The last failure codes that a person read."""
    return [row[0] for row in db.all(CODES, {"person": person, "most": most})]


def prune(db: Database, *, now: Now) -> int:
    """Delete messages and threads that are too old."""
    with db.write():
        db.change(PRUNE_THREADS, {"before": now.wall - LASTS})
        return db.change(PRUNE, {"before": now.wall - KEPT})
