"""Seats and the queue: who may have a job queued or running, and whose turn is next.

Seats -1, -2, … -cap are taken seats; a positive seat is a place in the user's own queue (the job's
number, so jobs keep the order in which they were asked for). A job without either, because it waits
for an instant or is held by a pause, comes back through `sit`; a job that kept its seat, through
`rise`.
"""

from dataclasses import dataclass
from typing import Any

from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.records import job_payload
from procs.records.job import SYSADMIN, Kind, Lane, State
from procs.records.job_payload import Payload
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.store.jobs import file_owners, pauses
from procs.store.jobs.history import WORDS, event

#: Jobs of one user that may be queued or running at once in the lanes that no operator sets.
CAPS = {Lane.LIGHT: 2, Lane.LOOK: 2, Lane.ENCODE: 1, Lane.SOURCE: 4}
#: The setting by which a user without a cap of their own goes, where it is not that of all: only
#: the rooms bound the sysadmin, who waits at a terminal.
CONFIGURED = {SYSADMIN: runtime_settings.CONFIGURED_ROOMS}
#: The setting that admins change at run time; a user's own cap goes before it.
CAP_SETTING = "max_downloads_per_user"

TAKEN = """
SELECT seat FROM jobs WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane AND seat < 0
"""
CAP = """
SELECT COALESCE((SELECT cap FROM users WHERE id = :user),
                (SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'max_downloads_per_user'),
                (SELECT CAST(value AS INTEGER) FROM settings WHERE name = :configured))
"""
#: The number of a new job, whether a pause holds it, and whether its user's first seat is free. One
#: statement, as a sleeper waits for it.
NEXT = """
SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM jobs),
       EXISTS (SELECT 1 FROM pauses WHERE scope = :scope)
       OR EXISTS (SELECT 1 FROM pauses WHERE scope = :site),
       NOT EXISTS (SELECT 1 FROM jobs WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane
                                        AND seat = -1)
       AND 1 <= COALESCE(:fixed,
           (SELECT cap FROM users WHERE id = :user),
           (SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'max_downloads_per_user'),
           (SELECT CAST(value AS INTEGER) FROM settings WHERE name = :configured))
"""
ADD = """
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, site, mark, folder, payload, story)
VALUES (:id, :user, :lane, :state, :now, :seat, :kind, :site, :mark, :folder, :payload, :event)
"""
HAND_ON = f"""
UPDATE jobs SET state = {State.QUEUED}, at = :now, seat = :seat, story = story || :event
 WHERE id = (SELECT id FROM jobs
              WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane AND seat > 0
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE seat IS NOT NULL AND user_id = :user
                                                     AND lane = :lane AND seat = :seat)
              ORDER BY seat LIMIT 1)
"""
#: The same where an operator sets the cap, which costs a third of it. The first seat is within any.
HAND_ON_CAPPED = f"""
{HAND_ON}
   AND -:seat <= COALESCE(
           (SELECT cap FROM users WHERE id = :user),
           (SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'max_downloads_per_user'),
           (SELECT CAST(value AS INTEGER) FROM settings WHERE name = :configured))
"""
SIT = """
UPDATE jobs SET state = :state, seat = :seat, at = :now, story = story || :event WHERE id = :job
"""
ADOPT = f"""
UPDATE jobs SET user_id = :user, seat = :seat, state = {State.QUEUED}, at = :now,
       story = story || :event
 WHERE id = :job AND state = {State.WAITING}
"""
QUEUED = f"SELECT user_id, lane, seat, site FROM jobs WHERE id = :job AND state = {State.QUEUED}"
HOLD = f"""
UPDATE jobs SET state = {State.HELD}, seat = NULL, at = :now, story = story || :event
 WHERE id = :job AND state IN ({State.QUEUED}, {State.WAITING})
"""
IN_LINE = f"""
SELECT DISTINCT user_id FROM jobs WHERE seat IS NOT NULL AND seat > 0 AND lane = {Lane.HEAVY}
"""
SET_CAP = "UPDATE users SET cap = :cap WHERE id = :user"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added. `mark` is unique among the jobs that are not over."""

    user: int
    lane: Lane
    kind: Kind
    payload: Payload
    mark: str | None = None
    site: str = ""


def cap(db: Database, user: int, lane: Lane) -> int:
    """The number of a user's seats in a lane: their own cap, the setting, or the configured one."""
    if lane in CAPS:
        return CAPS[lane]
    configured = CONFIGURED.get(user, runtime_settings.CONFIGURED_CAP)
    return int(db.all(CAP, {"user": user, "configured": configured})[0][0])


def of(user: int) -> str:
    """The name of a user's seats and line, for a transaction that reads and writes them."""
    return f"user {user}"


def free_seat(db: Database, user: int, lane: Lane) -> int | None:
    """A seat this user does not use, None when all are taken."""
    taken = {row[0] for row in db.all(TAKEN, {"user": user, "lane": int(lane)})}
    return next((-n for n in range(1, cap(db, user, lane) + 1) if -n not in taken), None)


def spare_seat(db: Database, user: int, lane: Lane) -> int:
    """A seat that this user does not use, beyond their cap where all below it are taken."""
    taken = {row[0] for row in db.all(TAKEN, {"user": user, "lane": int(lane)})}
    return next(-n for n in range(1, len(taken) + 2) if -n not in taken)


def add(db: Database, job: NewJob, *, now: Now) -> int:
    """Add a job: queued when its user has a free seat, else at the end of the user's line; held
    while its user or its site is paused."""
    number, is_held, is_first_free = next_number(db, job)
    place: tuple[State, int | None] = (State.HELD, None) if is_held else (State.QUEUED, -1)
    if not (is_held or is_first_free):
        place = line_up(db, number, user=job.user, lane=job.lane)
    state, seat = place
    insert(db, job, number, state=state, at=now.wall, seat=seat, now=now)
    return number


def add_later(db: Database, job: NewJob, *, at: float, now: Now) -> int:
    """Add a job that cannot be claimed before a wall instant."""
    number, *_ = next_number(db, job)
    insert(db, job, number, state=State.LATER, at=at, seat=None, now=now)
    return number


def next_number(db: Database, job: NewJob) -> tuple[int, bool, bool]:
    """The number of a new job, whether a pause holds it, and whether the first seat is free."""
    scopes = {"scope": pauses.user(job.user), "site": pauses.site(job.site)}
    wanted = {**scopes, **_seat_of(job.user, job.lane)}
    number, is_held, is_first_free = db.all(NEXT, wanted)[0]
    return int(number), bool(is_held), bool(is_first_free)


def insert(
    db: Database, job: NewJob, number: int, *, state: State, at: float, seat: int | None, now: Now
) -> None:
    """Write the row of a new job with its first event; one whose files are collected here is bound
    to this machine where several share the store."""
    facts = {
        "id": number,
        "user": job.user,
        "lane": int(job.lane),
        "kind": job.kind.value,
        "site": job.site,
        "state": int(state),
        "now": at,
        "seat": seat,
        "mark": job.mark,
        "folder": int(bool(getattr(job.payload, "folder", 0))),
        "payload": job_payload.encode(job.payload),
        "event": event(now, "added", state=WORDS[state]),
    }
    db.send(ADD, facts)
    if machine_name.shared() and file_owners.is_collected(job.kind, job.payload):
        file_owners.bind(db, number, machine_name.shared())


def place(db: Database, job: int, *, user: int, lane: Lane, site: str) -> tuple[State, int | None]:
    """The state of a job without a seat at the moment, and the seat that it gets there."""
    if pauses.holds(db, user=user, site=site):
        return State.HELD, None
    return line_up(db, job, user=user, lane=lane)


def line_up(db: Database, job: int, *, user: int, lane: Lane) -> tuple[State, int | None]:
    """The same for a job that no pause holds."""
    seat = free_seat(db, user, lane)
    return (State.WAITING, job) if seat is None else (State.QUEUED, seat)


def sit(db: Database, job: int, *, user: int, lane: Lane, site: str, now: Now) -> bool:
    """Bring back a job that has no seat. True when it can be claimed now."""
    state, seat = place(db, job, user=user, lane=lane, site=site)
    said = event(now, WORDS[state])
    db.send(SIT, {"job": job, "state": int(state), "now": now.wall, "seat": seat, "event": said})
    return state is State.QUEUED


def rise(db: Database, job: int, *, user: int, lane: Lane, site: str, seat: int, now: Now) -> bool:
    """Queue a job that kept its seat while it waited for its time; a pause takes the seat away.
    True when it can be claimed now."""
    held = pauses.holds(db, user=user, site=site)
    state, kept = (State.HELD, None) if held else (State.QUEUED, seat)
    said = event(now, WORDS[state])
    db.send(SIT, {"job": job, "state": int(state), "now": now.wall, "seat": kept, "event": said})
    if held:
        hand_on(db, user=user, lane=lane, seat=seat, now=now)
    return not held


def hand_on(db: Database, *, user: int, lane: Lane, seat: int, now: Now) -> None:
    """Give a free seat to the user's next waiting job. A seat beyond the user's cap (it was lowered
    meanwhile) is not handed on, nor is a taken one."""
    fixed = CAPS.get(lane)
    if fixed is None and seat != -1:
        db.send(HAND_ON_CAPPED, {**_handing(user, lane, seat, now=now), **_seat_of(user, lane)})
    elif fixed is None or -seat <= fixed:
        db.send(HAND_ON, _handing(user, lane, seat, now=now), by=("user", "lane"))


def _handing(user: int, lane: Lane, seat: int, *, now: Now) -> dict[str, Any]:
    said = event(now, "queued")
    return {"user": user, "lane": int(lane), "seat": seat, "now": now.wall, "event": said}


def _seat_of(user: int, lane: Lane) -> dict[str, Any]:
    """Whose seats, and what says how many there are."""
    return {
        "user": user,
        "lane": int(lane),
        "fixed": CAPS.get(lane),
        "configured": CONFIGURED.get(user, runtime_settings.CONFIGURED_CAP),
    }


def hold(db: Database, job: int, *, now: Now) -> None:
    """A job that became queued while its user or site is paused gives its seat away and waits."""
    row = db.one(QUEUED, {"job": job})
    if row is None or not pauses.holds(db, user=row[0], site=row[3]):
        return
    user, lane, seat, _ = row
    db.send(HOLD, {"job": job, "now": now.wall, "event": event(now, "held")})
    hand_on(db, user=user, lane=Lane(lane), seat=seat, now=now)


def adopt(db: Database, job: int, *, user: int, lane: Lane, now: Now) -> bool:
    """Let a waiting job that a second user asks for too run on that user's free seat."""
    seat = free_seat(db, user, lane)
    if seat is None or pauses.is_paused(db, pauses.user(user)):
        return False
    facts = {"job": job, "user": user, "seat": seat, "now": now.wall}
    return db.change(ADOPT, {**facts, "event": event(now, "adopted", user=user)}) > 0


def fill(db: Database, user: int, *, now: Now) -> int:
    """Use the seats that a raised cap, or the end of a pause, has made free."""
    filled = 0
    while (seat := free_seat(db, user, Lane.HEAVY)) is not None:
        facts = {**_handing(user, Lane.HEAVY, seat, now=now), **_seat_of(user, Lane.HEAVY)}
        if not db.change(HAND_ON_CAPPED, facts):
            break
        filled += 1
    return filled


def set_cap(db: Database, user: int, cap: int | None, *, now: Now) -> int:
    """Give one user a cap of their own, or with None the usual one again. Takes effect at once:
    a higher one starts waiting jobs, a lower one lets running jobs end. Returns jobs queued."""
    with db.write(full=True):
        db.send(SET_CAP, {"user": user, "cap": cap})
        return fill(db, user, now=now)


def set_cap_of_all(db: Database, cap: int, *, now: Now) -> int:
    """Set the cap of everybody who has none of their own, and the same in one transaction: between
    the two, seats would be free beside jobs that wait for one. Returns jobs queued."""
    with db.write(full=True):
        runtime_settings.write(db, CAP_SETTING, str(cap), now=now)
        return fill_all(db, now=now)


def configure(db: Database, *, cap: int, rooms: int, now: Now) -> int:
    """Keep what the configuration says where every process finds the same: seats of a user without
    a cap of their own, and downloads that run at once. A higher cap starts waiting jobs at once.
    Costs a read when nothing changed. Returns jobs queued."""
    wanted = {runtime_settings.CONFIGURED_CAP: cap, runtime_settings.CONFIGURED_ROOMS: rooms}
    if all(runtime_settings.effective(db, name) == value for name, value in wanted.items()):
        return 0
    with db.write(full=True):
        for name, value in wanted.items():
            runtime_settings.write(db, name, str(value), now=now)
        return fill_all(db, now=now)


def fill_all(db: Database, *, now: Now) -> int:
    """The same for everybody who waits, after the setting changed."""
    with db.write(full=True):
        return sum(fill(db, user, now=now) for (user,) in db.all(IN_LINE))
