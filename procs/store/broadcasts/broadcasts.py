"""Broadcasts: their rows, the job that carries one, and what an admin may do with it.

A broadcast is carried by one job in the lease table, which its mark keeps alone: a killed worker's
job is taken back and claimed by another, which goes on at the position in the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records import broadcast_records
from procs.records.broadcast_records import (
    Broadcast,
    BroadcastContent,
    BroadcastCounts,
    BroadcastState,
    Segment,
)
from procs.records.job import Kind, Lane, Lease, State
from procs.records.job_payload import BroadcastPayload
from procs.store.database import Database, Row
from procs.store.jobs import leases, seats

#: The user of the jobs: nobody has that number, and each broadcast has a line of its own.
NOBODY = -2
ADD = """
INSERT INTO broadcasts (admin, access, state, content, language, days, sponsor, night, people,
                        created_at, start_at)
VALUES (:admin, :access, 'running', :content, :language, :days, :sponsor, :night, :people, :now,
        :start)
RETURNING id
"""
COLUMNS = """
       id, admin, access, state, content, language, days, sponsor, night, people, start_at,
       started_at, ended_at, why, rests_until, sent, blocked, gone, failed, deleted
"""
READ = f"SELECT {COLUMNS} FROM broadcasts WHERE id = :id"
LATEST = f"SELECT {COLUMNS} FROM broadcasts ORDER BY id DESC LIMIT :most"
UNTOLD = f"SELECT {COLUMNS} FROM broadcasts WHERE reported <> state ORDER BY id"
MOVE = """
UPDATE broadcasts SET state = :state, why = :why, rests_until = NULL, ended_at = :ended
 WHERE id = :id AND state = :before
"""
REST = "UPDATE broadcasts SET why = :why, rests_until = :until WHERE id = :id"
BEGIN = "UPDATE broadcasts SET started_at = :now, people = :people WHERE id = :id"
CONTENT = "UPDATE broadcasts SET content = :content WHERE id = :id"
ALIVE = f"SELECT id FROM jobs WHERE mark = :mark AND mark IS NOT NULL AND state < {State.DONE}"
STATUS = "SELECT status_message, shown FROM broadcasts WHERE id = :id"
SHOWN = """
UPDATE broadcasts SET status_message = COALESCE(:message, status_message), shown = :shown
 WHERE id = :id
"""
REPORTED = "UPDATE broadcasts SET reported = :state WHERE id = :id"

#: What an admin may do: (from, to).
MOVES = {
    (BroadcastState.RUNNING, BroadcastState.PAUSED),
    (BroadcastState.PAUSED, BroadcastState.RUNNING),
    (BroadcastState.RUNNING, BroadcastState.CANCELLED),
    (BroadcastState.PAUSED, BroadcastState.CANCELLED),
    (BroadcastState.RUNNING, BroadcastState.DONE),
    (BroadcastState.PAUSED, BroadcastState.DELETING),
    (BroadcastState.DONE, BroadcastState.DELETING),
    (BroadcastState.CANCELLED, BroadcastState.DELETING),
    (BroadcastState.DELETING, BroadcastState.DELETED),
}


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """`night`: it rests at night. `start`: the wall instant at which it begins."""

    admin: int
    access: int
    content: BroadcastContent
    segment: Segment
    people: int
    start: float
    night: bool = True


@dataclass(frozen=True, slots=True)
class BroadcastStatus:
    """The message that shows its progress (None before there is one), and what it says."""

    message: int | None
    shown: str


def add(db: Database, new: NewBroadcast, *, now: Now) -> int:
    """Add a broadcast, which a worker begins at its start. Returns its number."""
    facts = {
        "admin": new.admin,
        "access": new.access,
        "content": broadcast_records.encode(new.content),
        "language": new.segment.language,
        "days": new.segment.days,
        "sponsor": new.segment.sponsor,
        "night": int(new.night),
        "people": new.people,
        "now": now.wall,
        "start": new.start,
    }
    with db.write(full=True):
        number = int(db.all(ADD, facts)[0][0])
        _employ(db, number, at=new.start, now=now)
    return number


def read(db: Database, number: int) -> Broadcast | None:
    """A broadcast with its counts; None for a number that no broadcast has."""
    row = db.one(READ, {"id": number})
    return record(row) if row else None


def latest(db: Database, most: int) -> list[Broadcast]:
    """The newest first."""
    return [record(row) for row in db.all(LATEST, {"most": most})]


def untold(db: Database) -> list[Broadcast]:
    """The broadcasts whose final state was not reported to their admin."""
    return [record(row) for row in db.all(UNTOLD)]


def move(
    db: Database, number: int, to: BroadcastState, *, why: str = "", now: Now
) -> Broadcast | None:
    """Pause, resume, cancel, end or take back a broadcast. The row as it is then; None when its
    state does not allow that, and nothing is changed."""
    with db.write(full=True):
        found = read(db, number)
        if found is None or (found.state, to) not in MOVES:
            return None
        ended = now.wall if to.over else found.ended_at
        facts = {"id": number, "state": to.value, "before": found.state.value, "why": why}
        db.change(MOVE, {**facts, "ended": ended})
        if to.works:
            _employ(db, number, at=now.wall, now=now)
        return read(db, number)


def _employ(db: Database, number: int, *, at: float, now: Now) -> None:
    """Have a job carry it, unless one does."""
    if is_carried(db, number):
        return
    payload, mark = BroadcastPayload(number), _mark(number)
    job = seats.NewJob(NOBODY - number, Lane.LIGHT, Kind.BROADCAST, payload, mark=mark)
    if at > now.wall:
        seats.add_later(db, job, at=at, now=now)
    else:
        seats.add(db, job, now=now)


def is_carried(db: Database, number: int) -> bool:
    """Whether a job that is not over carries it."""
    return db.one(ALIVE, {"mark": _mark(number)}) is not None


def _mark(number: int) -> str:
    return f"broadcast:{number}"


def leave(db: Database, lease: Lease, number: int, *, now: Now) -> bool:
    """End the job when there is nothing to do for it; whether it ended. Decided in the transaction
    that ends it, so that who resumes the broadcast finds the job, or adds another. Raises
    LeaseLost."""
    with db.write(full=True):
        found = read(db, number)
        if found is not None and found.state.works:
            return False
        leases.finish(db, lease, now=now)
        return True


def begin(db: Database, number: int, people: int, *, now: Now) -> None:
    """Note that a worker began to send it, to this many people."""
    with db.write():
        db.change(BEGIN, {"id": number, "people": people, "now": now.wall})


def rest(db: Database, number: int, why: str, until: float | None) -> None:
    """Note why sending stands still, and until which wall instant; "" when it goes on."""
    with db.write():
        db.change(REST, {"id": number, "why": why, "until": until})


def renew(db: Database, number: int, content: BroadcastContent) -> None:
    """Store a content with fresh references."""
    with db.write():
        db.change(CONTENT, {"id": number, "content": broadcast_records.encode(content)})


def status(db: Database, number: int) -> BroadcastStatus:
    """The number of the progress message (None before the first) and what it says."""
    row = db.one(STATUS, {"id": number})
    return BroadcastStatus(*row) if row else BroadcastStatus(None, "")


def show(db: Database, number: int, message: int | None, shown: str) -> None:
    """Store what the progress message says; `message` is its number, None for the same one."""
    with db.write():
        db.change(SHOWN, {"id": number, "message": message, "shown": shown})


def note_reported(db: Database, number: int, state: BroadcastState) -> None:
    """Note that the admin was sent the report of a state."""
    with db.write():
        db.change(REPORTED, {"id": number, "state": state.value})


def orphans(db: Database, seen: Sequence[Broadcast], *, now: Now) -> list[int]:
    """Pause the broadcasts whose job failed for good or was cancelled by itself, so that an admin
    sees it and can resume them. A deletion gets a new job instead, since messages may be deleted
    twice. Returns the numbers."""
    lost = []
    for one in seen:
        if not one.state.works or is_carried(db, one.id):
            continue
        with db.write():
            found = read(db, one.id)
            if found is None or not found.state.works or is_carried(db, one.id):
                continue  # it ended between the two statements
            if move(db, one.id, BroadcastState.PAUSED, why="job", now=now) is None:
                _employ(db, one.id, at=now.wall, now=now)
            lost.append(one.id)
    return lost


def record(row: Row) -> Broadcast:
    """A broadcast from its row, in the order of the columns of READ."""
    number, admin, access, state, content, language, days, sponsor, *rest = row
    night, people, start, started, ended, why, until, *counts = rest
    return Broadcast(
        number,
        admin,
        access,
        BroadcastState(state),
        broadcast_records.decode(content),
        Segment(language, days, sponsor),
        bool(night),
        people,
        start,
        started,
        ended,
        why,
        until,
        BroadcastCounts(*counts),
    )
