"""Recovers jobs that no worker carries: those that are due, or whose worker died or hangs, or that
were cancelled. Every function is idempotent, and each condition is in the statement that acts on
it.
"""

from collections import Counter
from collections.abc import Container, Sequence

from procs.core.clock import Now
from procs.errors import Quarantined
from procs.records.job import Lane, State
from procs.store.database import Database, Row
from procs.store.health import alerts, counters, workers
from procs.store.jobs import outcomes, seats
from procs.store.jobs.history import event
from procs.store.jobs.leases import FORGET_PROGRESS
from procs.store.literals import EVERY_LANE, IDLE

#: A download that was running alone when its worker died, twice, is suspected of having killed it;
#: several that ran together share the blame, since one of them at most is guilty. Each worker that
#: died in the last `LATELY` seconds without it speaks for a download. A machine that is lost,
#: by its network or its power, adds no blame to what ran there.
BLAME, LATELY = 2.0, 600.0
#: So many deaths speak against it whatever ran beside it, when no more workers died without it;
#: and so many in any case: nobody waits for longer. Lost machines count among these deaths, or one
#: download might take down each in turn.
MANY, ENOUGH = 10, 40
#: Rows per transaction.
BITE = 200

DUE = f"""
SELECT id, user_id, lane, site, seat FROM jobs
 WHERE state = {State.LATER} AND at <= :now ORDER BY at, id LIMIT :bite
"""
NEXT_DUE = f"""
SELECT MIN(at) FROM jobs WHERE state = {State.LATER}
"""
HELD_BY = f"""
SELECT id, user_id, lane, seat, worker, deaths, blame, stop FROM jobs
 WHERE state = {State.LEASED} AND lane IN ({EVERY_LANE}) AND worker = :worker
"""
EXPIRED = f"""
SELECT id, user_id, lane, seat, worker, deaths, blame, stop FROM jobs
 WHERE state = {State.LEASED} AND at < :boot
"""
DIED_LATELY = """
SELECT COUNT(*) FROM workers
 WHERE id > (SELECT MAX(id) FROM workers) - 100 AND why = 'died' AND ended_at > :since
"""
TAKE_BACK = f"""
UPDATE jobs
   SET state = {State.QUEUED}, at = :now, fence = fence + 1, worker = NULL, attempt = attempt - 1,
       deaths = deaths + :death, blame = :blame, story = story || :event
 WHERE id = :job AND state = {State.LEASED}
"""
DROP = f"""
UPDATE jobs
   SET state = {State.CANCELLED}, at = :now, fence = fence + 1, worker = NULL, seat = NULL,
       story = story || :event
 WHERE id = :job AND state = {State.LEASED}
"""
QUARANTINE = f"""
UPDATE jobs
   SET state = {State.DEAD}, at = :now, fence = fence + 1, worker = NULL, seat = NULL,
       deaths = deaths + 1, blame = :blame, error = 'quarantined', story = story || :event
 WHERE id = :job AND state = {State.LEASED}
RETURNING site
"""
CANCEL_IDLE = f"""
UPDATE jobs SET state = {State.CANCELLED}, at = :now, seat = NULL, story = story || :event
 WHERE id = :job AND state IN ({IDLE})
"""
ASK_STOP = f"""
UPDATE jobs SET stop = 1, story = story || :event WHERE id = :job AND state = {State.LEASED}
RETURNING worker
"""
SEATED = f"SELECT user_id, lane, seat FROM jobs WHERE id = :job AND state IN ({IDLE})"
#: Where a clock was ahead and was set back: what is due in the time that it showed, and what stands
#: in line there.
PUT_OFF = f"""
SELECT id, at, story FROM jobs WHERE state = {State.LATER} AND at > :now
"""
SOONER = f"""
UPDATE jobs SET at = :at, story = story || :event WHERE id = :job AND state = {State.LATER}
"""
IN_LINE_SINCE = f"""
UPDATE jobs SET at = :now WHERE state = {State.QUEUED} AND lane IN ({EVERY_LANE}) AND at > :now
"""


def forget_ahead(db: Database, *, now: Now) -> int:
    """Correct what was written while the clock was ahead, before it was set back: by its own story
    a job was put off in the future, and it waits no longer than it was put off for. Returns how
    many did."""
    corrected = 0
    with db.write():
        for job, at, story in db.all(PUT_OFF, {"now": now.wall}):
            written = written_at(story)
            if written > now.wall:
                facts = {"job": job, "at": now.wall + max(0.0, at - written)}
                facts["event"] = event(now, "clock-set-back")
                corrected += db.change(SOONER, facts)
        db.change(IN_LINE_SINCE, {"now": now.wall})
    return corrected


def written_at(story: str) -> float:
    """The wall instant of the last line of a job's story; 0.0 without one."""
    last = story.rstrip().rpartition("\n")[2].partition(" ")[0]
    try:
        return float(last)
    except ValueError:
        return 0.0


def bring_due(db: Database, *, now: Now) -> int:
    """Queue the jobs whose time has come. Returns how many can be claimed at once."""
    seated = 0
    with db.write():
        for job, user, lane, site, seat in db.all(DUE, {"now": now.wall, "bite": BITE}):
            facts = {"user": user, "lane": Lane(lane), "site": site, "now": now}
            if seat is None:
                seated += seats.sit(db, job, **facts)
            else:
                seated += seats.rise(db, job, seat=seat, **facts)
    return seated


def next_due(db: Database) -> float | None:
    """The wall instant at which the next job becomes due, None when none waits for its time."""
    row = db.one(NEXT_DUE)
    return None if row is None or row[0] is None else float(row[0])


def release_dead(db: Database, *, now: Now) -> int:
    """Take back at once what this machine's dead workers held, and a dead bot. Returns how many
    jobs.

    A worker of an earlier boot is dead whatever runs under its pid now.
    """
    dead = [worker for worker in workers.holders(db) if worker.here and not worker.alive]
    freed = 0
    for worker in dead:
        with db.write(full=True):
            rows = db.all(HELD_BY, {"worker": worker.id})
            freed += _take_back(db, rows, word=f"died={worker.name}", now=now)
            if worker.state == workers.BOT:  # which is not counted among the workers that died
                workers.part(db, worker.id, now=now)
            else:
                workers.leave(db, worker.id, why="died", now=now)
    return freed


def reap(db: Database, *, now: Now) -> int:
    """Take back expired leases: their worker hangs, or its machine is gone."""
    if not db.all(EXPIRED, {"boot": now.boot}):
        return 0
    with db.write(full=True):
        rows = db.all(EXPIRED, {"boot": now.boot})
        holders = {worker for _, _, _, _, worker, *_ in rows}
        lost = {one for one in holders if workers.is_lost(db, one, now=now)}
        return _take_back(db, rows, word="lease-over", lost=lost, now=now)


def _take_back(
    db: Database, rows: Sequence[Row], *, word: str, now: Now, lost: Container[int] = ()
) -> int:
    """Take these jobs back. Downloads that ran in one worker share the blame for its end, unless it
    was `lost` with its machine."""
    together = Counter(worker for _, _, lane, _, worker, *_ in rows if lane != Lane.LIGHT)
    freed = 0
    for row in rows:
        share = 0.0 if row[4] in lost else 1 / (together[row[4]] or 1)
        freed += _take_one(db, row, share=share, word=word, now=now)
    if freed:
        counters.add(db, "jobs.taken-back", freed)
    return freed


def _take_one(db: Database, row: Row, *, share: float, word: str, now: Now) -> int:
    job, user, lane, seat, _, deaths, blame, stop = row
    heavy = lane != Lane.LIGHT
    db.change(FORGET_PROGRESS, {"job": job})
    if stop:
        db.change(DROP, {"job": job, "now": now.wall, "event": event(now, "cancelled", why=word)})
        seats.hand_on(db, user=user, lane=Lane(lane), seat=seat, now=now)
        return 1
    against = blame + share if share else 0.0  # old blame convicts nobody at the loss of a machine
    if heavy and is_suspect(deaths + 1, against, others=died_lately(db, now) - deaths):
        said = event(now, "dead", why=word)
        facts = {"job": job, "now": now.wall, "blame": blame + share, "event": said}
        ((site,),) = db.all(QUARANTINE, facts)
        counters.add(db, "jobs.dead")
        alerts.note(db, Quarantined().name, site, now=now, job=job, detail=word)
        outcomes.fail_requests(db, job, say=Quarantined.say, now=now)
        seats.hand_on(db, user=user, lane=Lane(lane), seat=seat, now=now)
        return 1
    facts = {
        "job": job,
        "now": now.wall,
        "death": int(heavy),
        "blame": blame + share * heavy,
        "event": event(now, "taken-back", why=word),
    }
    taken = db.change(TAKE_BACK, facts)
    seats.hold(db, job, now=now)
    return taken


def died_lately(db: Database, now: Now) -> int:
    """The number of workers that died lately, without the one whose jobs are being taken back."""
    row = db.one(DIED_LATELY, {"since": now.wall - LATELY})
    return int(row[0]) if row else 0


def is_suspect(deaths: int, blame: float, *, others: int) -> bool:
    """Whether a download that lost `deaths` workers is the cause, when `others` died without it. A
    cause from outside (an operator, the kernel short of memory) kills whatever runs: the others as
    well, and the downloads beside this one."""
    without = max(0, others)
    return blame >= BLAME + without or deaths >= max(MANY, min(without, ENOUGH))


def cancel(db: Database, job: int, *, now: Now) -> int | None:
    """End a job that nobody wants. A running job is only asked to stop: returns the number of its
    worker."""
    with db.write(full=True):
        row = db.one(SEATED, {"job": job})
        if row is None:
            asked = db.all(ASK_STOP, {"job": job, "event": event(now, "stop-asked")})
            return int(asked[0][0]) if asked and asked[0][0] is not None else None
        user, lane, seat = row
        db.change(CANCEL_IDLE, {"job": job, "now": now.wall, "event": event(now, "cancelled")})
        if seat is not None and seat < 0:
            seats.hand_on(db, user=user, lane=Lane(lane), seat=seat, now=now)
    return None
