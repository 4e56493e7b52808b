"""Messages of ours that are worth nothing after a while: who keeps their chat tidy finds them gone.

A row is written when the message stands in the chat, and deleted once the message is."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds in which such a message is read.
READ_WITHIN = 120.0

NOTE = """
INSERT INTO passing_messages (chat, message, access, due_at)
VALUES (:chat, :message, :access, :due)
    ON CONFLICT (chat, message) DO NOTHING
"""
DUE = """
SELECT chat, access, message FROM passing_messages
 WHERE due_at <= :now ORDER BY due_at LIMIT :most
"""
FORGET = "DELETE FROM passing_messages WHERE chat = :chat AND message = :message"


@dataclass(frozen=True, slots=True)
class PassingMessage:
    """Where a message stands, and what addresses its chat."""

    chat: int
    access: int
    message: int


def note(
    db: Database, chat: int, access: int, message: int, *, now: Now, after: float = READ_WITHIN
) -> None:
    """Have a message deleted `after` so many seconds; the first word about one stands."""
    facts = {"chat": chat, "message": message, "access": access, "due": now.wall + after}
    with db.write():
        db.change(NOTE, facts)


def due(db: Database, *, now: Now, most: int = 20) -> list[PassingMessage]:
    """The messages whose time is over, the oldest first."""
    return [PassingMessage(*row) for row in db.all(DUE, {"now": now.wall, "most": most})]


def forget(db: Database, one: PassingMessage) -> None:
    """It is gone, or cannot be deleted any more."""
    with db.write():
        db.change(FORGET, {"chat": one.chat, "message": one.message})
