"""Counts how often a person was sent the same reply lately, so that it is sent a few times only.

A row is one person's minute of one kind of reply. The bot deletes it at its next look (`ended`),
and logs it as one line.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds that a row lasts.
MINUTE = 60.0
#: The kind under which all messages of a person are counted.
MESSAGES = "messages"

NOTE = """
INSERT INTO tallies (person, kind, since, count) VALUES (:person, :kind, :now, :count)
    ON CONFLICT (person, kind) DO UPDATE SET count = tallies.count + excluded.count
RETURNING count
"""
# A minute that is over begins anew, whether it was looked at or not.
COUNT = """
INSERT INTO tallies (person, kind, since, count) VALUES (:person, :kind, :now, 1)
    ON CONFLICT (person, kind) DO UPDATE
   SET count = CASE WHEN tallies.since < :before THEN 1 ELSE tallies.count + 1 END,
       since = CASE WHEN tallies.since < :before THEN excluded.since ELSE tallies.since END
RETURNING since, count
"""
END = "DELETE FROM tallies WHERE since < :before RETURNING person, kind, count"
OVER = "SELECT 1 FROM tallies WHERE since < :before LIMIT 1"


@dataclass(frozen=True, slots=True)
class Tally:
    """The number of messages of one kind that a person sent in a minute."""

    person: int
    kind: str
    count: int


def note(db: Database, person: int, kind: str, *, count: int = 1, now: Now) -> int:
    """Count some more. Returns how many there were in this minute."""
    facts = {"person": person, "kind": kind, "count": count, "now": now.wall}
    with db.write():
        return int(db.all(NOTE, facts)[0][0])


def minute(db: Database, person: int, kind: str, *, now: Now) -> tuple[float, int]:
    """Count one message. Returns the instant at which this person's minute began, and the number of
    messages in it."""
    facts = {"person": person, "kind": kind, "now": now.wall, "before": now.wall - MINUTE}
    with db.write():
        since, count = db.all(COUNT, facts)[0]
    return float(since), int(count)


def take_ended(db: Database, *, now: Now) -> list[Tally]:
    """Delete the rows whose minute is over, and return them."""
    facts = {"before": now.wall - MINUTE}
    if db.one(OVER, facts) is None:
        return []
    with db.write():
        return [Tally(*row) for row in db.all(END, facts)]
