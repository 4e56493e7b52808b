"""Cancels requests, and the work that nobody else waits for."""

from procs.core.clock import Now
from procs.store import wake
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import recovery
from procs.store.jobs.history import event

CANCEL = """
UPDATE requests
   SET state = 'cancelled', ended_at = :now,
       closed_at = CASE state WHEN 'choosing' THEN NULL ELSE closed_at END
 WHERE id = :request AND user_id = :user AND state IN ('open', 'choosing')
RETURNING job
"""
MINE = """
SELECT id FROM requests
 WHERE user_id = :user AND closed_at IS NULL AND folder = 0 AND state = 'open'
   AND chat = :chat AND message < :before
"""
GROUP = """
SELECT id FROM requests
 WHERE speaker = :speaker AND user_id = :user AND state IN ('open', 'choosing') ORDER BY id
"""
#: The status message of several links is written from all of them.
REOPEN = """
UPDATE requests SET closed_at = NULL
 WHERE speaker = (SELECT o.speaker FROM requests o WHERE o.id = :request)
   AND speaker IS NOT NULL AND closed_at IS NOT NULL
"""
CANCEL_ENTRIES = """
UPDATE requests SET state = 'cancelled', ended_at = :now
 WHERE parent = :request AND state = 'open'
RETURNING job
"""
#: Nobody has read of it yet: the answer to the command says all there is to say. A reaction that
#: may be there is taken away first, and a status message that may be (shown_at: it was about to be
#: sent) is looked for; an inline message is somewhere else, and there it says that it waits; and
#: the message of several links speaks of all of them.
CLOSE_UNTOLD = """
UPDATE requests SET closed_at = :now
 WHERE id = :request AND status_message IS NULL AND shown_at = 0 AND closed_at IS NULL
   AND reaction < 2 AND inline_message IS NULL
   AND NOT EXISTS (SELECT 1 FROM requests o
                    WHERE o.id = requests.speaker
                      AND (o.status_message IS NOT NULL OR o.shown_at > 0))
"""
OTHERS = "SELECT 1 FROM requests WHERE job = :job AND state = 'open' LIMIT 1"
#: Somebody leaves a job to others.
LEFT = "UPDATE jobs SET story = story || :event WHERE id = :job"


def cancel(db: Database, request: int, *, user: int, now: Now) -> bool:
    """Let a person leave, a list with all of its entries. Work ends only when nobody else waits for
    it. False when the request is over already, or is not this user's."""
    with db.write(full=True):
        running = leave(db, request, user=user, now=now)
    if running is None:
        return False
    notify(db, running)
    return True


def cancel_all(db: Database, user: int, *, chat: int, before: int, now: Now) -> int:
    """The same for all that a person asked for in a chat with messages before this one. Returns
    how many requests that were."""
    with db.write(full=True):
        mine = numbers(db, MINE, {"user": user, "chat": chat, "before": before})
        running = leave_all(db, mine, user=user, now=now)
        db.change_many(CLOSE_UNTOLD, [{"request": one, "now": now.wall} for one in mine])
    if mine:
        notify(db, running)
    return len(mine)


def cancel_group(db: Database, speaker: int, *, user: int, now: Now) -> bool:
    """The same for the links of one message that are not over. False when there is none."""
    with db.write(full=True):
        mine = numbers(db, GROUP, {"speaker": speaker, "user": user})
        running = leave_all(db, mine, user=user, now=now)
    if mine:
        notify(db, running)
    return bool(mine)


def numbers(db: Database, sql: str, facts: dict[str, int]) -> list[int]:
    """The requests that a statement finds."""
    return [request for (request,) in db.all(sql, facts)]


def leave_all(db: Database, mine: list[int], *, user: int, now: Now) -> dict[int, int | None]:
    """End several requests of a person, inside a transaction; the jobs as `leave`."""
    running: dict[int, int | None] = {}
    for request in mine:
        running |= leave(db, request, user=user, now=now) or {}
    return running


def leave(db: Database, request: int, *, user: int, now: Now) -> dict[int, int | None] | None:
    """End one request, inside a transaction. Returns the jobs that nobody waits for any more, with
    the worker of each that runs; None when the request was not this user's, or over."""
    facts = {"request": request, "user": user, "now": now.wall}
    rows = db.all(CANCEL, facts)
    if not rows:
        return None
    reopen(db, request)
    rows += db.all(CANCEL_ENTRIES, facts)
    jobs = {job for (job,) in rows if job is not None}
    wanted = {job for job in jobs if db.all(OTHERS, {"job": job})}
    said = event(now, "left", user=user)
    db.change_many(LEFT, [{"job": job, "event": said} for job in wanted])
    return {job: recovery.cancel(db, job, now=now) for job in sorted(jobs - wanted)}


def reopen(db: Database, request: int) -> None:
    """Have the status message looked at again that speaks for this link and for others of its
    message, inside the transaction that changes it."""
    db.change(REOPEN, {"request": request})


def notify(db: Database, running: dict[int, int | None]) -> None:
    """Have the workers stop these jobs, and the bot show it."""
    for job, runner in running.items():
        name = workers.address(db, runner) if runner is not None else None
        wake.notify(db.run, name, b"stop %d" % job) if name else None
    if None in running.values():
        wake.notify_idle(db.run)
    wake.notify(db.run, wake.BOT)
