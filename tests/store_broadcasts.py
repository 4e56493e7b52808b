"""A crowd in the store, and a broadcast to it."""

from procs.core.clock import Now
from procs.records.broadcast_records import BroadcastContent, BroadcastItem, Segment
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.broadcasts import NewBroadcast
from procs.store.database import Database

EVERYBODY = Segment()
MEET = """
INSERT INTO users (id, language, name, access, first_seen, last_seen)
VALUES (:id, :language, '', 0, :now, :now)
"""
SENDS = "SELECT state, COUNT(*) FROM broadcast_sends WHERE broadcast = :id GROUP BY state"


def meet(db: Database, first: int, count: int, *, language: str = "en", now: Now) -> None:
    """So many people wrote to the bot once."""
    people = range(first, first + count)
    with db.write():
        db.change_many(MEET, [{"id": n, "language": language, "now": now.wall} for n in people])


def begin(
    db: Database,
    text: str,
    *,
    segment: Segment = EVERYBODY,
    admin: int = 1,
    start: float = 0.0,
    now: Now,
) -> int:
    """A broadcast of a text, at any hour."""
    content = BroadcastContent(admin, 0, (BroadcastItem(1, text),))
    people = recipients.count(db, segment, now=now)
    new = NewBroadcast(admin, 0, content, segment, people, start or now.wall, night=False)
    return broadcasts.add(db, new, now=now)


def states(db: Database, number: int) -> dict[str, int]:
    """How many people are in which state."""
    return {state: count for state, count in db.all(SENDS, {"id": number})}
