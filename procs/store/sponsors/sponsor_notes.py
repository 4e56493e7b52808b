"""Notes of sponsors: texts that follow a delivery, in turns.

A turn is taken in the transaction of its delivery; its row is deleted after the note was sent.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.sponsors import sponsor_rules

LIST = "SELECT id, text, label, url, shown FROM sponsor_notes ORDER BY id"
NEXT = "SELECT id FROM sponsor_notes ORDER BY shown, id LIMIT 1"
ADD = """
INSERT INTO sponsor_notes (text, label, url, shown)
VALUES (:text, :label, :url, (SELECT COALESCE(MIN(shown), 0) FROM sponsor_notes))
"""
REMOVE = "DELETE FROM sponsor_notes WHERE id = :id"
DELIVERIES = "SELECT requests FROM usage WHERE person = :person"
SHOWN = "UPDATE sponsor_notes SET shown = shown + 1 WHERE id = :id"
TURN = """
INSERT INTO sponsor_note_turns (request, note, at)
SELECT id, :note, :now FROM requests WHERE id = :request AND chat > 0
    ON CONFLICT (request) DO NOTHING
"""
DUE = """
SELECT t.request, r.chat, r.chat_access, COALESCE(n.text, ''), COALESCE(n.label, ''),
       COALESCE(n.url, '')
  FROM sponsor_note_turns t
       LEFT JOIN requests r ON r.id = t.request
       LEFT JOIN sponsor_notes n ON n.id = t.note
 ORDER BY t.request LIMIT 50
"""
END = "DELETE FROM sponsor_note_turns WHERE request = :request"


@dataclass(frozen=True, slots=True)
class SponsorNote:
    """A text, with a button that opens an address ("" for none)."""

    id: int
    text: str
    label: str
    url: str
    shown: int = 0


@dataclass(frozen=True, slots=True)
class DueNote:
    """The note that follows the delivery of a request; `text` is "" and `chat` None when they were
    deleted."""

    request: int
    chat: int | None
    access: int
    text: str
    label: str
    url: str


def listed(db: Database) -> list[SponsorNote]:
    """All notes, oldest first."""
    return [SponsorNote(*row) for row in db.all(LIST)]


def add(db: Database, text: str, label: str, url: str) -> None:
    """Add a note. It counts as shown as often as the least shown one, so that it does not take all
    turns."""
    with db.write(full=True):
        db.send(ADD, {"text": text, "label": label, "url": url})


def remove(db: Database, number: int) -> bool:
    """Delete a note; False when it is gone already."""
    with db.write(full=True):
        return db.change(REMOVE, {"id": number}) > 0


def take_turn(db: Database, request: int, person: int, *, now: Now) -> None:
    """Decide, in the transaction of a delivery to a person, whether a note follows it."""
    every = sponsor_rules.read(db).notes_every
    if not every:
        return
    count, note = db.one(DELIVERIES, {"person": person}), db.one(NEXT, {})
    if count is None or note is None or count[0] % every:
        return
    with db.write(only=()):
        if db.change(TURN, {"request": request, "note": note[0], "now": now.wall}):
            db.send(SHOWN, {"id": note[0]})


def due(db: Database) -> list[DueNote]:
    """The notes that follow a delivery and were not sent yet, at most 50."""
    return [DueNote(*row) for row in db.all(DUE)]


def end(db: Database, request: int) -> None:
    """Delete a due note: it was sent, or cannot be."""
    with db.write():
        db.send(END, {"request": request})
