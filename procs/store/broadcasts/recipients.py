"""The people of a broadcast, and the outcome of each one's message.

People are planned in bites: each gets a row with a random id before anything is sent, and the
cursor moves in the same transaction. Rows that a killed worker left `planned` are sent again under
the same random id; Telegram answers with the first message, so no person receives it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.broadcast_records import BroadcastState, Segment, SendState
from procs.store.database import Database
from procs.store.media import deliveries
from procs.texts import catalogues

DAY = 86400.0
#: Rows of one transaction in a deletion: Telegram takes a hundred numbers in one call. And of those
#: that are forgotten.
DELETE_BITE, FORGET_BITE = 100, 2000

# The excluded people are gathered once: queried for each of 200,000 people it takes 0.2 s and more,
# in which the bot does nothing else.
COUNT = """
SELECT COUNT(*) FROM users
 WHERE unreachable = '' AND last_seen >= :since
   AND (:language = '' OR language = :language OR language = :latin)
   AND id NOT IN (
       SELECT person FROM bans WHERE COALESCE(until, :now) >= :now
        UNION ALL
       SELECT CAST(SUBSTR(scope, 6) AS BIGINT) FROM pauses WHERE scope LIKE 'user:%')
"""
CURSOR = "SELECT cursor, language, days, sponsor, created_at FROM broadcasts WHERE id = :id"
NEXT = """
SELECT id, access FROM users
 WHERE id > :cursor AND unreachable = '' AND last_seen >= :since
   AND (:language = '' OR language = :language OR language = :latin)
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'user:' || users.id)
   AND NOT EXISTS (SELECT 1 FROM bans WHERE person = users.id AND COALESCE(until, :now) >= :now)
 ORDER BY id LIMIT :bite
"""
# Who joined a sponsor is few among many: found from its visits, in the order of their ids too.
COUNT_JOINED = """
SELECT COUNT(*) FROM sponsor_visits v JOIN users ON users.id = v.person
 WHERE v.sponsor = :sponsor AND v.joined_at IS NOT NULL AND v.left_at IS NULL
   AND unreachable = '' AND last_seen >= :since
   AND (:language = '' OR language = :language OR language = :latin)
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'user:' || users.id)
   AND NOT EXISTS (SELECT 1 FROM bans WHERE person = users.id AND COALESCE(until, :now) >= :now)
"""
NEXT_JOINED = """
SELECT users.id, users.access FROM sponsor_visits v JOIN users ON users.id = v.person
 WHERE v.sponsor = :sponsor AND v.person > :cursor
   AND v.joined_at IS NOT NULL AND v.left_at IS NULL
   AND unreachable = '' AND last_seen >= :since
   AND (:language = '' OR language = :language OR language = :latin)
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'user:' || users.id)
   AND NOT EXISTS (SELECT 1 FROM bans WHERE person = users.id AND COALESCE(until, :now) >= :now)
 ORDER BY v.person LIMIT :bite
"""
PLAN = """
INSERT INTO broadcast_sends (broadcast, person, random_id, state)
VALUES (:id, :person, :random, 'planned')
    ON CONFLICT (broadcast, person) DO NOTHING
"""
MOVE_CURSOR = "UPDATE broadcasts SET cursor = :cursor WHERE id = :id"
LEFT = """
SELECT s.person, u.access, s.random_id
  FROM broadcast_sends s JOIN users u ON u.id = s.person
 WHERE s.broadcast = :id AND s.state = 'planned' ORDER BY s.person
"""
NOTE = """
UPDATE broadcast_sends SET state = :state, messages = :messages, at = :at, why = :why
 WHERE broadcast = :id AND person = :person AND state = 'planned'
"""
TALLY = """
UPDATE broadcasts
   SET sent = sent + :sent, blocked = blocked + :blocked, gone = gone + :gone,
       failed = failed + :failed
 WHERE id = :id
"""
UNREACHABLE = "UPDATE users SET unreachable = :state WHERE id = :person AND unreachable <> :state"
REASONS = """
SELECT why, COUNT(*) FROM broadcast_sends
 WHERE broadcast = :id AND state IN ('blocked', 'gone', 'failed')
 GROUP BY why ORDER BY 2 DESC, 1 LIMIT :most
"""
DELETABLE = """
SELECT person, messages FROM broadcast_sends
 WHERE broadcast = :id AND person > :after AND state = 'sent' AND messages <> '' AND at > :since
 ORDER BY person LIMIT :bite
"""
COPIES = """
SELECT messages FROM broadcast_sends
 WHERE broadcast = :id AND state = 'sent' AND messages <> '' ORDER BY person DESC LIMIT :most
"""
DELETED = """
UPDATE broadcast_sends SET state = 'deleted', messages = ''
 WHERE broadcast = :id AND person = :person AND state = 'sent'
"""
# CROSS JOIN: from the few broadcasts to their rows; most of those rows are of none that is old.
FORGET = f"""
DELETE FROM broadcast_sends WHERE (broadcast, person) IN (
    SELECT s.broadcast, s.person FROM broadcasts b CROSS JOIN broadcast_sends s
     WHERE s.broadcast = b.id AND b.ended_at < :before
       AND b.state IN ({", ".join(f"'{one}'" for one in BroadcastState if one.over)})
     LIMIT :bite)
"""
COUNT_DELETED = "UPDATE broadcasts SET deleted = deleted + :count WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person of a broadcast, and the random id of their message."""

    person: int
    access: int
    random_id: int


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one message, at a wall instant: the numbers that it has, where Telegram says
    them, or Telegram's word for why there is none."""

    person: int
    state: SendState
    at: float
    messages: tuple[int, ...] = ()
    why: str = ""


def count(db: Database, segment: Segment, *, now: Now) -> int:
    """How many people a segment has now."""
    statement = COUNT_JOINED if segment.sponsor else COUNT
    return int(db.all(statement, _facts(segment, now))[0][0])


def plan(db: Database, broadcast: int, bite: int, *, now: Now) -> list[Recipient]:
    """Plan the next people, each with a stored random id. Empty when all are planned."""
    with db.write(full=True):
        cursor, language, days, sponsor, created = db.all(CURSOR, {"id": broadcast})[0]
        facts = _facts(Segment(language, days, sponsor), now)
        statement = NEXT_JOINED if sponsor else NEXT
        rows = db.all(statement, {"cursor": cursor, "bite": bite, **facts})
        # The same for each person after a restore, which may know a part of the broadcast alone.
        found = [
            Recipient(
                person, access, deliveries.derived_id("broadcast", broadcast, created, person)
            )
            for person, access in rows
        ]
        planned = [
            {"id": broadcast, "person": one.person, "random": one.random_id} for one in found
        ]
        if found:
            db.change_many(PLAN, planned)
            db.change(MOVE_CURSOR, {"id": broadcast, "cursor": found[-1].person})
    return found


def _facts(segment: Segment, now: Now) -> dict[str, object]:
    return {
        **({"sponsor": segment.sponsor} if segment.sponsor else {}),
        "language": segment.language,
        "latin": segment.language + catalogues.LATIN_DIGITS,
        "now": now.wall,
        "since": now.wall - segment.days * DAY if segment.days else 0.0,
    }


def unsettled(db: Database, broadcast: int) -> list[Recipient]:
    """The planned people without an outcome, because a worker was killed or left before."""
    return [Recipient(*row) for row in db.all(LEFT, {"id": broadcast})]


def note(db: Database, broadcast: int, outcomes: Sequence[SendOutcome]) -> None:
    """Store and count outcomes, in one transaction; an outcome that is stored already changes
    nothing. People who cannot be reached are excluded from later broadcasts."""
    tally = dict.fromkeys((SendState.SENT, SendState.BLOCKED, SendState.GONE, SendState.FAILED), 0)
    with db.write():
        for one in outcomes:
            tally[one.state] += db.change(NOTE, _row(broadcast, one))
            if one.state in (SendState.BLOCKED, SendState.GONE):
                mark(db, one.person, one.state)
        if any(tally.values()):
            counts = {state.value: number for state, number in tally.items()}
            db.change(TALLY, {"id": broadcast, **counts})


def _row(broadcast: int, one: SendOutcome) -> dict[str, object]:
    numbers = " ".join(map(str, one.messages))
    facts = {"id": broadcast, "person": one.person, "state": one.state.value, "why": one.why}
    return {**facts, "messages": numbers, "at": one.at}


def mark(db: Database, person: int, state: SendState) -> None:
    """Exclude a person from broadcasts until they write again: they blocked the bot, or deleted
    their account."""
    with db.write():
        db.change(UNREACHABLE, {"person": person, "state": state.value})


def reasons(db: Database, broadcast: int, most: int) -> list[tuple[str, int]]:
    """Telegram's reasons for messages that were not sent, with their number, the most frequent
    first."""
    return [(why, number) for why, number in db.all(REASONS, {"id": broadcast, "most": most})]


def deletable(
    db: Database, broadcast: int, *, after: int, since: float
) -> list[tuple[int, tuple[int, ...]]]:
    """The next people behind `after` whose messages, sent after a wall instant, are there: each
    with the messages' numbers."""
    facts = {"id": broadcast, "after": after, "since": since, "bite": DELETE_BITE}
    rows = db.all(DELETABLE, facts)
    return [(person, tuple(map(int, numbers.split()))) for person, numbers in rows]


def note_deleted(db: Database, broadcast: int, people: Sequence[int]) -> None:
    """Note that these people's messages are deleted."""
    with db.write():
        gone = [{"id": broadcast, "person": person} for person in people]
        count = db.change_many(DELETED, gone)
        db.change(COUNT_DELETED, {"id": broadcast, "count": count})


def copies(db: Database, broadcast: int, most: int) -> list[tuple[int, ...]]:
    """The message numbers of the latest people who received it."""
    rows = db.all(COPIES, {"id": broadcast, "most": most})
    return [tuple(map(int, numbers.split())) for (numbers,) in rows]


def forget(db: Database, *, before: float) -> int:
    """Delete the next rows of broadcasts that ended before a wall instant; returns how many. Each
    person's row is for a second sending, and for taking the message back, which Telegram allows for
    two days. What a broadcast came to stands in its own row."""
    with db.write():
        return db.change(FORGET, {"before": before, "bite": FORGET_BITE})
