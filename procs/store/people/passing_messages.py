"""Messages of the bot that it deletes after a while, in chats whose person wants them tidy.

A row is written when the message is in the chat, and deleted after the message.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds after which such a message is deleted.
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
    """A message, its chat, and the access hash of the chat."""

    chat: int
    access: int
    message: int


def note(
    db: Database, chat: int, access: int, message: int, *, now: Now, after: float = READ_WITHIN
) -> None:
    """Schedule the deletion of a message in `after` seconds. A second call for the same message
    changes nothing."""
    facts = {"chat": chat, "message": message, "access": access, "due": now.wall + after}
    with db.write():
        db.change(NOTE, facts)


def due(db: Database, *, now: Now, most: int = 20) -> list[PassingMessage]:
    """The messages whose time is over, the oldest first."""
    return [PassingMessage(*row) for row in db.all(DUE, {"now": now.wall, "most": most})]


def forget(db: Database, one: PassingMessage) -> None:
    """Delete the row: the message is deleted, or Telegram refuses to delete it."""
    with db.write():
        db.change(FORGET, {"chat": one.chat, "message": one.message})
