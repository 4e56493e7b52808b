"""The sponsors' chats, in the order in which people are shown them."""

from collections.abc import Mapping
from typing import Any

from procs.core.clock import Now
from procs.records.sponsor_records import Sponsor
from procs.store.database import Database, Row

#: Of a `Sponsor`, in its order.
COLUMNS = """
id, chat, access, title, nick, link, own, asks, by_request, starts, ends, goal, language, weight,
place, fault, fault_at, joined
"""
LIST = f"SELECT {COLUMNS} FROM sponsors ORDER BY place, id"
FIND = f"SELECT {COLUMNS} FROM sponsors WHERE id = :id"
OF_CHAT = f"SELECT {COLUMNS} FROM sponsors WHERE chat = :chat"
ANY = "SELECT 1 FROM sponsors LIMIT 1"
ADD = """
INSERT INTO sponsors (chat, access, title, nick, link, own, place, added_at)
VALUES (:chat, :access, :title, :nick, :link, :own,
        (SELECT COALESCE(MAX(place), 0) + 1 FROM sponsors), :now)
    ON CONFLICT (chat) DO UPDATE
   SET access = excluded.access, title = excluded.title, nick = excluded.nick,
       link = excluded.link, own = excluded.own, fault = ''
"""
CHANGE = """
UPDATE sponsors
   SET by_request = :by_request, starts = :starts, ends = :ends, goal = :goal,
       language = :language, weight = :weight, asks = :asks
 WHERE id = :id
"""
PLACE = "UPDATE sponsors SET place = :place WHERE id = :id"
FAULT = "UPDATE sponsors SET fault = :fault, fault_at = :now WHERE id = :id"
REMOVE = "DELETE FROM sponsors WHERE id = :id"
FORGET_MEMBERS = "DELETE FROM sponsor_members WHERE sponsor = :id"
FORGET_VISITS = "DELETE FROM sponsor_visits WHERE sponsor = :id"


def listed(db: Database) -> list[Sponsor]:
    """All sponsors, in their order."""
    return [record(row) for row in db.all(LIST)]


def exist(db: Database) -> bool:
    """Whether there is any sponsor."""
    return db.one(ANY) is not None


def find(db: Database, number: int) -> Sponsor | None:
    """A sponsor by its number; None for one that was removed."""
    row = db.one(FIND, {"id": number})
    return record(row) if row else None


def of_chat(db: Database, chat: int) -> Sponsor | None:
    """The sponsor with this chat; None for another chat."""
    row = db.one(OF_CHAT, {"chat": chat})
    return record(row) if row else None


def add(db: Database, facts: Mapping[str, Any], *, now: Now) -> Sponsor:
    """Add a sponsor's chat, or replace the facts of a known one. `facts`: chat, access, title,
    nick, link, own."""
    with db.write(full=True):
        db.change(ADD, {**facts, "own": int(facts["own"]), "now": now.wall})
        row = db.all(OF_CHAT, {"chat": facts["chat"]})[0]
    return record(row)


def change(db: Database, sponsor: Sponsor) -> None:
    """Store what admins set of a sponsor."""
    facts = {
        "id": sponsor.id,
        "by_request": int(sponsor.by_request),
        "starts": sponsor.starts,
        "ends": sponsor.ends,
        "goal": sponsor.goal,
        "language": sponsor.language,
        "weight": sponsor.weight,
        "asks": int(sponsor.asks),
    }
    with db.write(full=True):
        db.change(CHANGE, facts)


def shift(db: Database, number: int, *, by: int) -> bool:
    """Move a sponsor forward (`by` below 0) or back. False when there is no such place."""
    with db.write(full=True):
        order = [one.id for one in listed(db)]
        if number not in order or not 0 <= (to := order.index(number) + by) < len(order):
            return False
        order.remove(number)
        order.insert(to, number)
        db.change_many(PLACE, [{"id": one, "place": at + 1} for at, one in enumerate(order)])
    return True


def note_fault(db: Database, number: int, fault: str, *, now: Now) -> None:
    """Store why a sponsor is skipped; "" when it is skipped no more."""
    with db.write():
        db.change(FAULT, {"id": number, "fault": fault, "now": now.wall})


def remove(db: Database, number: int) -> None:
    """Delete a sponsor with its figures."""
    with db.write(full=True):
        for statement in (FORGET_MEMBERS, FORGET_VISITS, REMOVE):
            db.change(statement, {"id": number})


def record(row: Row) -> Sponsor:
    """A sponsor from its row."""
    return Sponsor(*row[:6], *map(bool, row[6:9]), *row[9:])
