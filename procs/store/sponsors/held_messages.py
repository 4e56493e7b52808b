"""Messages that wait until their person joined the sponsors; each is handled by itself after
that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which a message waits; the text that names the sponsors says so.
LASTS = 24 * 3600.0
BITE = 1000

HOLD = """
INSERT INTO held_messages (chat, message, person, body, at)
VALUES (:chat, :message, :person, :body, :now)
    ON CONFLICT (chat, message) DO UPDATE SET body = excluded.body
"""
SHOWN = "UPDATE held_messages SET shown = :shown WHERE chat = :chat AND message = :message"
SHOWN_OF = "SELECT shown FROM held_messages WHERE chat = :chat AND message = :message"
OF_PERSON = """
SELECT chat, message, body FROM held_messages
 WHERE person = :person AND at > :since ORDER BY at, message
"""
PEOPLE = """
SELECT DISTINCT person FROM held_messages WHERE person > :after ORDER BY person LIMIT :most
"""
END = """
DELETE FROM held_messages WHERE chat = :chat AND message = :message RETURNING shown
"""
PRUNE = """
DELETE FROM held_messages WHERE (chat, message) IN
       (SELECT chat, message FROM held_messages WHERE at < :before ORDER BY at LIMIT :bite)
"""


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that waits; `body` is its content."""

    chat: int
    message: int
    body: Mapping[str, Any]


def hold(
    db: Database, chat: int, message: int, person: int, body: Mapping[str, Any], *, now: Now
) -> None:
    """Store a message that waits. Returns what its row says when it waits already. Raises
    StoreFull."""
    facts = {"chat": chat, "message": message, "person": person, "now": now.wall}
    with db.write(full=True):
        db.change(HOLD, {**facts, "body": codec.dump(dict(body))})


def note_shown(db: Database, chat: int, message: int, shown: int) -> bool:
    """Store the message that names the sponsors to somebody. False when their messages were
    released meanwhile."""
    with db.write():
        return db.change(SHOWN, {"chat": chat, "message": message, "shown": shown}) > 0


def of_person(db: Database, person: int, *, now: Now) -> list[HeldMessage]:
    """The messages of a person that wait, the oldest first."""
    rows = db.all(OF_PERSON, {"person": person, "since": now.wall - LASTS})
    return [HeldMessage(row[0], row[1], codec.load(row[2])) for row in rows]


def people(db: Database, *, after: int = 0, most: int = 100) -> list[int]:
    """The people with waiting messages, by their ids, behind `after`."""
    return [int(row[0]) for row in db.all(PEOPLE, {"after": after, "most": most})]


def shown(db: Database, held: HeldMessage) -> int:
    """The message that names the sponsors, 0 while nobody knows of one."""
    row = db.one(SHOWN_OF, {"chat": held.chat, "message": held.message})
    return int(row[0]) if row else 0


def end(db: Database, held: HeldMessage) -> int:
    """Delete a waiting message. Returns the number of the message that names the sponsors, as
    stored now: it may have been sent meanwhile."""
    with db.write():
        rows = db.all(END, {"chat": held.chat, "message": held.message})
    return int(rows[0][0]) if rows else 0


def prune(db: Database, *, now: Now) -> int:
    """Delete a bite of the messages that waited for too long. Returns how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - LASTS, "bite": BITE})
