"""The lease table: who may work on which job, and until when.

A job may be queued or leased only while it holds one of its user's seats, and UNIQUE(user, lane,
seat) enforces that: the cap is a constraint, so no counter can drift. A job that ends hands its
seat to the user's next waiting job in the same transaction, and that job joins the back of the
queue: users take turns. `fence` grows with every claim and every reap; every write names it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from operator import attrgetter
from typing import Any

from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import LeaseLost
from procs.records import job_payload, job_progress
from procs.records.job import LANES, Kind, Lane, Lease, State
from procs.store.database import Database, Row
from procs.store.jobs import file_owners, seats
from procs.store.jobs.claimable import CLAIMABLE, DOWNLOADS, alive_since, here
from procs.store.jobs.claimable import ENDLESS as ENDLESS
from procs.store.jobs.history import WORDS, event
from procs.store.literals import EVERY_LANE

#: Seconds a lease lasts without a beat.
LEASE = 60.0
KINDS = {kind.value: kind for kind in Kind}
#: Downloads alone have a limit of all.
COUNTED = (f"lane {Lane.HEAVY:d}",)
PLACE = attrgetter("place", "job")

LIMIT = f"""
 LIMIT (CASE WHEN :most >= CAST({ENDLESS} AS INTEGER) THEN :room ELSE
         (SELECT CASE WHEN COUNT(*) >= :most THEN 0
                      WHEN COUNT(*) > :most - :room THEN :most - COUNT(*) ELSE :room END
            FROM jobs WHERE {DOWNLOADS}) END)
"""
#: The first in line.
FIRST = f"{CLAIMABLE} ORDER BY at, id {LIMIT} /* FOR UPDATE SKIP LOCKED */"
#: Then CLAIM. Nobody comes between the two.
PICK = f"""
SELECT id, fence + 1, :worker, user_id, lane, seat, kind, attempt + 1, payload, progress, at {FIRST}
"""
#: `+ 0`: by the key, never by an index of the state, however few rows that has.
CLAIM = f"""
UPDATE jobs
   SET state = {State.LEASED}, at = :end, fence = fence + 1, attempt = attempt + 1,
       worker = :worker, story = story || :event
 WHERE id = :job AND state + 0 = {State.QUEUED}
"""
#: The same of several; a number stands twice where they are fewer.
PLACES = tuple(f"job_{letter}" for letter in "abcdefgh")
CLAIM_ALL = CLAIM.replace("= :job", f"IN ({', '.join(f':{place}' for place in PLACES)})")
#: Both at once: the place in line is that of before.
TAKE = f"""
{CLAIM.replace("= :job", f"IN /* PICKED */ (SELECT id {FIRST}) /* PICKED */")}
RETURNING id, fence, worker, user_id, lane, seat, kind, attempt, payload, progress,
          (SELECT at FROM jobs AS before WHERE before.id = jobs.id)
"""
#: The same in a lane without a limit: a server prepares for all of a statement, each time it runs.
TAKE_ANY = TAKE.replace(LIMIT, " LIMIT :room")
RENEW = f"""
UPDATE jobs SET at = :end
 WHERE state = {State.LEASED} AND lane IN ({EVERY_LANE}) AND worker = :worker
RETURNING id, fence, stop
"""
END = f"""
UPDATE jobs
   SET state = :state, at = :now, seat = NULL, worker = NULL, error = :error,
       story = story || :event
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
"""
RETRY = f"""
UPDATE jobs
   SET state = CASE stop WHEN 0 THEN {State.LATER} ELSE {State.CANCELLED} END, at = :due,
       seat = NULL, worker = NULL, error = :error, attempt = attempt - :free,
       story = story || :event
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
"""
POSTPONE = f"""
UPDATE jobs
   SET state = {State.LATER}, at = :due, worker = NULL, error = :error, attempt = attempt - 1,
       progress = :progress, story = story || :event
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
"""
RELEASE = f"""
UPDATE jobs
   SET state = {State.QUEUED}, at = :now, worker = NULL, attempt = attempt - 1,
       story = story || :event
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
"""
NOTE = f"""
UPDATE jobs SET progress = :progress
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED}
"""
STOPPED = f"""
SELECT 1 FROM jobs
 WHERE id = :job AND fence = :fence AND worker = :worker AND state + 0 = {State.LEASED} AND stop = 1
"""
HELD = f"""
SELECT id, fence, worker, user_id, lane, seat, kind, attempt, payload, progress, 0
  FROM jobs WHERE id = :job AND fence = :fence AND state + 0 = {State.LEASED}
"""
FORGET_PROGRESS = "DELETE FROM progress WHERE job = :job"


@dataclass(frozen=True, slots=True)
class RenewedLease:
    """A lease that is still ours, and whether it should stop."""

    job: int
    fence: int
    stop: bool


def claim(db: Database, *, lane: Lane, most: int = ENDLESS, **wanted: Any) -> list[Lease]:
    """The same as `claiming`, in a transaction of its own or the running one."""
    with db.write(only=counted(lane, most)):
        found = claiming(db, lane=lane, most=most, **wanted)
    return found()


def claiming(
    db: Database,
    *,
    worker: int,
    lane: Lane,
    room: int,
    now: Now,
    most: int = ENDLESS,
    local: bool = False,
    since: float = 0.0,
) -> Callable[[], list[Lease]]:
    """Inside of a transaction: take up to `room` queued jobs of a lane, the longest in the ring
    first, never more than `most` downloads leased in all. `local`: only those whose files stay on
    this disk. `since`: none with an earlier place. Read behind the commit, they cost no answer."""
    facts: dict[str, Any] = here()
    facts["worker"], facts["end"] = worker, now.boot + LEASE
    facts["event"] = event(now, f"claimed worker={worker}")
    facts["lane"], facts["local"], facts["room"] = int(lane), int(local), room
    facts["most"], facts["since"], facts["alive"] = most, since, alive_since(now)
    both = TAKE_ANY if most >= ENDLESS else TAKE
    return db.take(PICK, partial(take, db, facts), both, facts, in_line)


def take(db: Database, facts: dict[str, Any], rows: Sequence[Row]) -> None:
    """Claim these jobs, of which the transaction knows that they are queued."""
    if len(rows) == 1:
        facts["job"] = rows[0][0]
        return db.send(CLAIM, facts)
    jobs = [row[0] for row in rows]
    for start in range(0, len(jobs), len(PLACES)):
        some = cycle(jobs[start : start + len(PLACES)])
        db.send(CLAIM_ALL, {**facts, **{place: next(some) for place in PLACES}})
    return None


def in_line(rows: Sequence[Row]) -> list[Lease]:
    """The leases of rows, the longest in line first."""
    if len(rows) == 1:
        return [lease(rows[0])]
    return sorted(map(lease, rows), key=PLACE)


def counted(lane: Lane, most: int) -> tuple[str, ...]:
    """The same of any claim: who counts what is leased in a lane must not count beside another."""
    return () if most >= ENDLESS else COUNTED


def names(lease: Lease, lane: Lane, most: int) -> tuple[str, ...]:
    """What the end of a lease and the next claim in a lane are about."""
    return (seats.of(lease.user), *counted(lane, most))


def lease(row: Row) -> Lease:
    """A lease from the row that a claim returns, with payload and progress as records."""
    job, fence, worker, user, lane, seat, kind, attempt, payload, progress, at = row
    wish, done = job_payload.decode(kind, payload), job_progress.decode(progress)
    lane, kind = LANES[lane], KINDS[kind]
    return Lease(job, fence, worker, user, lane, seat, kind, attempt, wish, done, at)


def renew(db: Database, *, worker: int, now: Now, ttl: float = LEASE) -> list[RenewedLease]:
    """The beat: keep every lease of a worker, learn what it still holds and what should stop."""
    with db.write(only=(), quiet=True):
        rows = db.all(RENEW, {"worker": worker, "end": now.boot + ttl})
    return [RenewedLease(job, fence, bool(stop)) for job, fence, stop in rows]


def held(db: Database, job: int, fence: int) -> Lease | None:
    """A lease by its number and fence; None when it is over."""
    found = next(map(lease, db.all(HELD, {"job": job, "fence": fence})), None)
    if found is not None:
        found.progress.is_shown = True  # for all that is known here
    return found


def note(db: Database, lease: Lease, *, full: bool = False) -> None:
    """Keep the lease's progress in the row, so that a retry continues: on this machine, where it
    goes on with files; what is collected stays bound as it is. Raises LeaseLost."""
    text = job_progress.encode(lease.progress)
    with db.write(full=full, only=()):
        _ours(db.change(NOTE, {**_name(lease), "progress": text}), lease)
        here = machine_name.shared()
        if here and not file_owners.is_collected(lease.kind, lease.payload):
            file_owners.bind(db, lease.job, here if lease.progress.folders else "")


def end(
    db: Database, lease: Lease, state: State, *, now: Now, error: str | None = None, word: str = ""
) -> None:
    """The job is over; its seat goes to the user's next. Raises LeaseLost and changes nothing."""
    said = word or WORDS[state]
    facts = {
        **_name(lease),
        "state": int(state),
        "now": now.wall,
        "error": error,
        "event": event(now, f"{said} error={error}" if error else said),
    }
    with db.write(full=True, only=(seats.of(lease.user),)):
        db.fence(END, _forgetting(lease), facts, _lost(lease))
        seats.hand_on(db, user=lease.user, lane=lease.lane, seat=lease.seat, now=now)


def finish(db: Database, lease: Lease, *, now: Now) -> None:
    """Mark the job done. Raises LeaseLost."""
    end(db, lease, State.DONE, now=now)


def retry(
    db: Database, lease: Lease, *, delay: float, now: Now, error: str, free: bool = False
) -> None:
    """Try again `delay` seconds later; the seat is handed on meanwhile. Raises LeaseLost.

    `free`: the wait was not the job's fault (a flood wait, an open breaker) and costs no attempt.
    """
    facts = {**_name(lease), "due": now.wall + delay, "error": error, "free": int(free)}
    cost = {} if free else {"attempt": lease.attempt}
    facts["event"] = event(now, "later", error=error, delay=f"{delay:.1f}", **cost)
    with db.write(full=True, only=(seats.of(lease.user),)):
        db.fence(RETRY, _forgetting(lease), facts, _lost(lease))
        seats.hand_on(db, user=lease.user, lane=lease.lane, seat=lease.seat, now=now)


def postpone(db: Database, lease: Lease, *, delay: float, now: Now, why: str) -> None:
    """Let the job wait for its turn at a site. It keeps its seat meanwhile: a user's links cannot
    all get in line before another's first. It costs no attempt. Raises LeaseLost."""
    facts = {
        **_name(lease),
        "due": now.wall + delay,
        "error": why,
        "progress": job_progress.encode(lease.progress),
        "event": event(now, "later", why=why, delay=f"{delay:.1f}"),
    }
    with db.write(only=(seats.of(lease.user),)):
        _let_go(db, lease, POSTPONE, facts, now=now)


def release(db: Database, lease: Lease, *, now: Now) -> None:
    """Give a job back unfinished (drain): it keeps its attempt, and its seat unless it is paused.
    Raises LeaseLost."""
    facts = {**_name(lease), "now": now.wall, "event": event(now, "released", worker=lease.worker)}
    with db.write(only=(seats.of(lease.user),)):
        if _let_go(db, lease, RELEASE, facts, now=now):
            seats.hold(db, lease.job, now=now)


def _let_go(db: Database, lease: Lease, sql: str, facts: Mapping[str, Any], *, now: Now) -> bool:
    """Take the job off its worker by this statement. False when it was to stop: it is over then.
    Raises LeaseLost."""
    if db.one(STOPPED, _name(lease)):
        end(db, lease, State.CANCELLED, now=now)
        return False
    _ours(db.change(sql, facts), lease)
    if lease.progress.is_shown:
        db.change(FORGET_PROGRESS, {"job": lease.job})
    return True


def _forgetting(lease: Lease) -> str:
    """Most deliveries are over before anybody is shown how far they are."""
    return FORGET_PROGRESS if lease.progress.is_shown else ""


def _name(lease: Lease) -> dict[str, Any]:
    """By the worker too: a server that forgot a claim when it crashed gives its fence again."""
    return {"job": lease.job, "fence": lease.fence, "worker": lease.worker}


def _ours(changed: int, lease: Lease) -> None:
    if changed == 0:
        raise _lost(lease)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"job {lease.job} fence {lease.fence}")
