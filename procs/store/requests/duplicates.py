"""What is asked for again while it is on its way: by the same person, or by another one."""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Ask, Lane, State
from procs.store.database import Database
from procs.store.jobs import seats
from procs.store.jobs.history import event

RUNNING = """
SELECT id, message, status_message FROM requests
 WHERE user_id = :user AND closed_at IS NULL AND state = 'open' AND folder = 0
   AND chat = :chat AND key = :key AND variant = :variant
   AND NOT (message = :message AND ordinal = :ordinal)
 ORDER BY +id LIMIT 1
"""
ALIVE = f"""
SELECT id, user_id FROM jobs WHERE mark = :mark AND mark IS NOT NULL AND state < {State.DONE}
"""
#: The same once its user is named: it does not end from here on.
STILL_ALIVE = f"""
SELECT id FROM jobs WHERE id = :job AND state < {State.DONE} /* FOR UPDATE */
"""
#: Somebody comes to a job that lives, which goes on if it was stopping.
JOINED = "UPDATE jobs SET stop = 0, story = story || :event WHERE id = :job"


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """A request that is on its way, the message that asked for it, and the one that shows it (None
    or 0: there is none)."""

    request: int
    message: int
    status: int | None

    @property
    def shown(self) -> int:
        """The message to point to."""
        return self.status or self.message


def running(db: Database, ask: Ask) -> RunningRequest | None:
    """The same link in the same form, asked for by the same person in the same chat, that is not
    over; an ask does not find itself."""
    facts = {
        "user": ask.user,
        "chat": ask.chat,
        "message": ask.message,
        "ordinal": ask.ordinal,
        "key": ask.link.key,
        "variant": ask.link.variant,
    }
    row = db.one(RUNNING, facts)
    return RunningRequest(*row) if row else None


def names(asks: Sequence[Ask]) -> set[str]:
    """What these are about: the seats of their people, what a group may have on the way, and the
    links, which two who ask at once are to fetch once."""
    return (
        {seats.of(ask.user) for ask in asks}
        | {f"chat {ask.chat}" for ask in asks if ask.chat < 0}
        | {f"link {ask.link.key}" for ask in asks}
    )


def alive(db: Database, mark: str) -> int:
    """The job of this mark that is not over, and does not end before this transaction; 0 for
    none."""
    row = db.one(ALIVE, {"mark": mark})
    if row is None:
        return 0
    db.also([seats.of(row[1])])
    return int(row[0]) if db.one(STILL_ALIVE, {"job": row[0]}) else 0


def join(db: Database, job: int, *, user: int, lane: Lane, now: Now) -> None:
    """Let a person wait for a job that lives, inside a transaction."""
    seats.adopt(db, job, user=user, lane=lane, now=now)
    db.send(JOINED, {"job": job, "event": event(now, "joined", user=user)})
