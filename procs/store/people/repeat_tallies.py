"""Counts how often a person was sent the same reply lately, so that it is sent a few times only.

A row is one person's minute of one kind of reply. The bot deletes it at its next look
(`take_ended`), and logs it as one line. Beside it the first messages of the minute have a row each,
with their place in it: one that comes again, because the bot was killed before its reply left, is
not counted again.
"""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds that a row lasts.
MINUTE = 60.0
#: The kind under which all messages of a person are counted.
MESSAGES = "messages"
#: What stands between a kind and a message in the kind of that message's own row.
OF = "@"
#: Messages of a minute whose place is kept: no kind of reply is sent more often.
PLACES = 10

NOTE = """
INSERT INTO tallies (person, kind, since, count) VALUES (:person, :kind, :now, :count)
    ON CONFLICT (person, kind) DO UPDATE SET count = tallies.count + excluded.count
RETURNING count
"""
NOTE_PLACE = (
    "INSERT INTO tallies (person, kind, since, count) VALUES (:person, :kind, :now, :count)"
)
PLACE = "SELECT count FROM tallies WHERE person = :person AND kind = :kind"
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


def note(
    db: Database, person: int, kind: str, *, count: int = 1, message: str = "", now: Now
) -> int:
    """Count some more. Returns how many there were in this minute: of a `message` that was counted
    before as many as there were then."""
    facts = {"person": person, "kind": kind, "count": count, "now": now.wall}
    place = facts | {"kind": f"{kind}{OF}{message}"}
    with db.write():
        if message and (known := db.one(PLACE, {"person": person, "kind": place["kind"]})):
            return int(known[0])
        total = int(db.all(NOTE, facts)[0][0])
        if message and total - count < PLACES:
            db.change(NOTE_PLACE, place | {"count": total})
        return total


def minute(db: Database, person: int, kind: str, *, now: Now) -> tuple[float, int]:
    """Count one message. Returns the instant at which this person's minute began, and the number of
    messages in it."""
    facts = {"person": person, "kind": kind, "now": now.wall, "before": now.wall - MINUTE}
    with db.write():
        since, count = db.all(COUNT, facts)[0]
    return float(since), int(count)


def take_ended(db: Database, *, now: Now) -> list[Tally]:
    """Delete the rows whose minute is over, and return those of kinds of replies."""
    facts = {"before": now.wall - MINUTE}
    if db.one(OVER, facts) is None:
        return []
    with db.write():
        return [Tally(*row) for row in db.all(END, facts) if OF not in row[1]]
