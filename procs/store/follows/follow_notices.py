"""Notices that followers did not ask for. Each is stored with a random id before it is sent, so
that a restart sends nothing twice."""

from dataclasses import dataclass

from procs.store.database import Database
from procs.store.media import deliveries

#: Keys of the catalogue: a source rests; the first look found no list, or failed.
RESTS, NO_LIST, UNREAD = "follow-rests", "follow-no-list", "follow-unread"
#: Notices that one look reads.
BITE = 50

OF_SOURCE = "SELECT id FROM follows WHERE source = :source AND state <> 'ended'"
TELL = """
UPDATE follows SET notice = :notice, notice_random = :random WHERE id = :follow AND state = 'on'
"""
END = """
UPDATE follows
   SET state = 'ended', told = NULL, owed_at = NULL, notice = :notice, notice_random = :random
 WHERE id = :follow
"""
UNTIMED = "UPDATE sources SET due_at = NULL WHERE id = :source"
UNSAID = """
SELECT f.id, f.person, COALESCE(u.access, 0), COALESCE(u.language, 'en'), f.notice,
       f.notice_random, s.title, s.url
  FROM follows f JOIN sources s ON s.id = f.source LEFT JOIN users u ON u.id = f.person
 WHERE f.notice <> '' ORDER BY f.id LIMIT :bite
"""
SAID = """
UPDATE follows SET notice = '' WHERE id = :follow AND notice_random = :random
"""
GONE = "DELETE FROM follows WHERE id = :follow AND state = 'ended' AND notice = ''"


@dataclass(frozen=True, slots=True)
class FollowNotice:
    """A notice about a source; `text` is its key in the catalogue."""

    follow: int
    person: int
    access: int
    language: str
    text: str
    random_id: int
    title: str
    url: str


def tell_all(db: Database, source: int, notice: str) -> None:
    """Add a notice for every follower of a source, inside a transaction."""
    _note(db, TELL, source, notice)


def end_all(db: Database, source: int, notice: str) -> None:
    """End every follow of a source with a notice, inside a transaction."""
    _note(db, END, source, notice)
    db.change(UNTIMED, {"source": source})


def _note(db: Database, sql: str, source: int, notice: str) -> None:
    rows = db.all(OF_SOURCE, {"source": source})
    facts = [{"follow": one, "notice": notice, "random": deliveries.random_id()} for (one,) in rows]
    db.change_many(sql, facts)


def unsaid(db: Database) -> list[FollowNotice]:
    """The notices that are not sent yet, in their order."""
    return [FollowNotice(*row) for row in db.all(UNSAID, {"bite": BITE})]


def mark_sent(db: Database, notice: FollowNotice) -> None:
    """Mark a notice as sent, or as undeliverable."""
    with db.write():
        db.change(SAID, {"follow": notice.follow, "random": notice.random_id})
        db.change(GONE, {"follow": notice.follow})
