"""Membership of people in the sponsors' chats, as Telegram reported it last, and until when that
counts."""

from collections.abc import Mapping

from procs.core.clock import Now
from procs.records.sponsor_records import ASKED, IN, OUT
from procs.store.database import Database

#: Membership is unknown: Telegram did not answer.
UNSURE = "unsure"
#: Seconds for which each is believed. Who joined stays for long, and Telegram tells who leaves; who
#: is missing may join at any moment. A join request is told once.
LASTS: Mapping[str, float] = {IN: 6 * 3600.0, OUT: 20.0, ASKED: 30 * 24 * 3600.0, UNSURE: 15.0}
BITE = 1000

READ = """
SELECT sponsor, state FROM sponsor_members WHERE person = :person AND until > :now
"""
NOTE = """
INSERT INTO sponsor_members (person, sponsor, state, until)
VALUES (:person, :sponsor, :state, :until)
    ON CONFLICT (person, sponsor) DO UPDATE SET state = excluded.state, until = excluded.until
"""
#: What Telegram answers to a question says nothing of a join request, which lasts. Nor does it of
#: what an update told while the question was on its way: nobody knows which of them is the older.
ANSWERED = """
INSERT INTO sponsor_members (person, sponsor, state, until)
VALUES (:person, :sponsor, :state, :until)
    ON CONFLICT (person, sponsor) DO UPDATE SET state = excluded.state, until = excluded.until
 WHERE sponsor_members.until = :mark
   AND (sponsor_members.state <> 'asked' OR sponsor_members.until <= :now OR excluded.state = 'in')
"""
MARK = "SELECT until FROM sponsor_members WHERE person = :person AND sponsor = :sponsor"
PRUNE = """
DELETE FROM sponsor_members WHERE (person, sponsor) IN
       (SELECT person, sponsor FROM sponsor_members WHERE until < :before
         ORDER BY until LIMIT :bite)
"""


def read(db: Database, person: int, *, now: Now) -> dict[int, str]:
    """A person's membership in each sponsor's chat, as far as a row is fresh."""
    return dict(db.all(READ, {"person": person, "now": now.wall}))


def note_told(db: Database, person: int, sponsor: int, state: str, *, now: Now) -> None:
    """Store a person's membership as an update told it."""
    facts = {"person": person, "sponsor": sponsor, "state": state, "until": now.wall + LASTS[state]}
    with db.write():
        db.change(NOTE, facts)


def mark(db: Database, person: int, sponsor: int) -> float:
    """What `note_answer` takes, to be read before Telegram is asked: it is another one after each
    update about the person."""
    row = db.one(MARK, {"person": person, "sponsor": sponsor})
    return float(row[0]) if row else 0.0


def note_answer(
    db: Database, person: int, sponsor: int, state: str, *, mark: float, now: Now
) -> bool:
    """Store a person's membership as Telegram answered it, or UNSURE, unless something was told
    since the `mark` was read. Whether it was stored."""
    facts = {"person": person, "sponsor": sponsor, "state": state, "until": now.wall + LASTS[state]}
    with db.write():
        return bool(db.change(ANSWERED, {**facts, "mark": mark, "now": now.wall}))


def prune(db: Database, *, now: Now) -> int:
    """Delete a bite of rows that do not count any more. Returns how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall, "bite": BITE})
