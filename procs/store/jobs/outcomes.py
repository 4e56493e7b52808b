"""Applies the end of a job to the requests that wait for it, in one transaction each."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Kind, Lane, Lease, Media, State
from procs.records.job_payload import DeliverPayload
from procs.store.database import Database, Row
from procs.store.jobs import delivery_order as ordering
from procs.store.jobs import leases, seats
from procs.store.jobs.history import event
from procs.store.media import references
from procs.store.people import usage
from procs.store.sponsors import sponsor_notes

#: The code for a list of which no entry was delivered.
NOTHING = "list-failed"
#: Crockford's letters: none that is mistaken for another when read aloud.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

WAITING = "SELECT id, user_id FROM requests WHERE job = :job AND state = 'open' ORDER BY id"
FIRST_ASKED = "SELECT MIN(received_at) FROM requests WHERE job = :job AND state = 'open'"
STARTED = """
UPDATE requests SET started_at = COALESCE(started_at, :now), worker = :worker,
       title = CASE WHEN :title = '' THEN title ELSE :title END
 WHERE job = :job AND state = 'open'
"""
MOVE = "UPDATE requests SET job = :job WHERE id = :request AND state = 'open'"
#: Where nothing was said of a known media, which came at once, nothing is left to be said either:
#: no status message is there or on its way (`shown_at`), and no link of a group to be deleted.
DELIVERED = """
UPDATE requests SET state = 'delivered', delivered_at = :now, ended_at = :now,
       worker = COALESCE(worker, :worker),
       closed_at = CASE WHEN cached = 1 AND status_message IS NULL AND shown_at = 0
                         AND speaker IS NULL AND inline_message IS NULL AND reaction = 0
                         AND chat > 0
                        THEN COALESCE(closed_at, :now) ELSE closed_at END
 WHERE id = :request AND state = 'open'
RETURNING parent, user_id, cached, closed_at IS NOT NULL AND parent IS NULL
"""
PLACED = """
UPDATE requests SET state = 'delivered', delivered_at = :now, ended_at = :now
 WHERE job = :job AND state = 'open'
RETURNING parent
"""
FAIL = """
UPDATE requests SET state = 'failed', say = :say, code = :code, ended_at = :now,
       found = CASE WHEN :facts = '' THEN found ELSE :facts END
 WHERE job = :job AND state = 'open'
RETURNING parent, user_id
"""
CANCEL = """
UPDATE requests SET state = 'cancelled', ended_at = :now WHERE job = :job AND state = 'open'
RETURNING parent
"""
#: Of two that end entries of a list at once, the second sees what the first did.
LOCK_LIST = "SELECT id FROM requests WHERE id = :parent /* FOR UPDATE */"
# A list is over with its last entry; it failed when nothing of it came.
SETTLE = """
UPDATE requests
   SET state = CASE WHEN EXISTS (SELECT 1 FROM requests e
                                  WHERE e.parent = :parent AND e.state = 'delivered')
                    THEN 'delivered'
                    WHEN EXISTS (SELECT 1 FROM requests e
                                  WHERE e.parent = :parent AND e.state = 'failed')
                    THEN 'failed' ELSE 'cancelled' END,
       say = :say, ended_at = :now, delivered_at = :now,
       code = (SELECT e.code FROM requests e WHERE e.parent = :parent AND e.code IS NOT NULL
                ORDER BY e.place DESC LIMIT 1)
 WHERE id = :parent AND state = 'open'
   AND NOT EXISTS (SELECT 1 FROM requests e WHERE e.parent = :parent AND e.state = 'open')
"""


def cancel_requests(db: Database, job: int, *, now: Now) -> None:
    """Nobody waits for this job any more."""
    settle_lists(db, db.all(CANCEL, {"job": job, "now": now.wall}), now=now)


def settle_lists(db: Database, ended: Sequence[Row], *, now: Now) -> None:
    """End the lists whose last entry has just ended, and call the deliveries that waited for one;
    `ended` has the parents of what did."""
    for parent in sorted({row[0] for row in ended} - {None}):
        db.all(LOCK_LIST, {"parent": parent})
        db.send(SETTLE, {"parent": parent, "say": NOTHING, "now": now.wall})
    ordering.call(db, {row[0] for row in ended} - {None}, now=now)


def note_start(db: Database, lease: Lease, *, worker: str, title: str = "", now: Now) -> None:
    """A worker has the job of these requests in hand; `title` as soon as it is known."""
    facts = {"job": lease.job, "worker": worker, "title": title, "now": now.wall}
    with db.write(only=()):
        db.send(STARTED, facts)


def waiting_since(db: Database, lease: Lease) -> float | None:
    """The wall instant since which somebody waits for this job; None when nobody does."""
    row = db.one(FIRST_ASKED, {"job": lease.job})
    return None if row is None or row[0] is None else float(row[0])


def finish_download(db: Database, lease: Lease, media: Media, *, keys: set[str], now: Now) -> int:
    """The media is with Telegram: keep it, and give every waiting request its delivery.

    Returns how many deliveries were made. Raises LeaseLost.
    """
    with db.write(full=True, only=(seats.of(lease.user),)):
        leases.finish(db, lease, now=now)
        number = media.id or references.save(db, media, keys=keys, now=now)
        if media.id:
            references.name(db, number, keys=keys, variant=media.variant)
        waiting = db.all(WAITING, {"job": lease.job})
        db.also(seats.of(user) for _, user in waiting)
        for request, user in waiting:
            deliver(db, request, user=user, media=number, now=now)
    return len(waiting)


def deliver(db: Database, request: int, *, user: int, media: int, now: Now) -> None:
    """Give one request the delivery of a known media."""
    number = add_delivery(db, request, user=user, media=media, now=now)
    db.send(MOVE, {"job": number, "request": request})


def add_delivery(db: Database, request: int, *, user: int, media: int, now: Now) -> int:
    """Add the delivery of a known media to a request, whose row does not name it yet."""
    job = seats.NewJob(
        user=user,
        lane=Lane.LIGHT,
        kind=Kind.DELIVER,
        payload=DeliverPayload(request, media),
        mark=f"deliver:{request}",
    )
    return seats.add(db, job, now=now)


def claim_at_once(
    db: Database, job: int, media: Media, *, worker: int, pays: Callable[[], object], now: Now
) -> Lease | None:
    """Inside of the transaction that added it: claim the delivery of a media of one file that is
    the first in line. None where another comes first, or it may not be claimed now, or there is
    more to send, or `pays`, which is asked last, finds that it must wait."""
    if len(media.parts) != 1:
        return None
    said = event(now, f"claimed worker={worker}")
    facts = {"worker": worker, "end": now.boot + leases.LEASE, "event": said}
    wanted = {"lane": int(Lane.LIGHT), "local": 0, "room": 1, "since": 0.0}
    endless = {"most": leases.ENDLESS, "alive": 0.0}
    rows = db.all(leases.PICK, {**facts, **wanted, **endless, **leases.here()})
    if not rows or rows[0][0] != job:
        return None
    if not pays():
        return None
    leases.take(db, facts, rows)
    return leases.lease(rows[0])


def finish_delivery(
    db: Database,
    lease: Lease,
    request: int,
    *,
    worker: str,
    media: Media | None = None,
    now: Now,
) -> bool | None:
    """Everything of the `media` was sent, which is read where the caller has it not. Whether
    nothing is left to be said about it; None when the request was over already. Raises
    LeaseLost."""
    with db.write(full=True, only=(seats.of(lease.user),)):
        leases.finish(db, lease, now=now)
        rows = db.all(DELIVERED, {"request": request, "worker": worker, "now": now.wall})
        for _, user, cached, _ in rows:
            sent = media or references.read(db, lease.delivery.media)
            usage.note(db, user, sent, kept=bool(cached), now=now)
            sponsor_notes.take_turn(db, request, user, now=now)
        settle_lists(db, rows, now=now)
    return all(is_closed for *_, is_closed in rows) if rows else None


def finish_outbox(db: Database, lease: Lease, *, now: Now) -> None:
    """The files lie in the request's outbox. Raises LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        rows = db.all(PLACED, {"job": lease.job, "now": now.wall})
        settle_lists(db, rows, now=now)


def fail(
    db: Database,
    lease: Lease,
    *,
    error: str,
    say: str,
    facts: Mapping[str, str] | None = None,
    now: Now,
) -> str:
    """Fail the job: each waiting request gets the reason, and the `facts` that its sentence names.
    Returns the code of the failure. Raises LeaseLost."""
    with db.write(full=True, only=(seats.of(lease.user),)):
        leases.end(db, lease, State.FAILED, error=error, now=now)
        return fail_requests(db, lease.job, say=say, facts=facts, now=now)


def fail_requests(
    db: Database, job: int, *, say: str, facts: Mapping[str, str] | None = None, now: Now
) -> str:
    """Fail every request that waits for a job, each list included, and return the code that people
    read."""
    code, told = new_code(), codec.dump({"kind": "failure", **facts}) if facts else ""
    rows = db.all(FAIL, {"job": job, "say": say, "code": code, "facts": told, "now": now.wall})
    db.also(seats.of(user) for _, user in rows)
    settle_lists(db, rows, now=now)
    return code


def new_code() -> str:
    """A short code that stands in the chat and in the log, `E-7K2Q`."""
    return "E-" + "".join(secrets.choice(LETTERS) for _ in range(4))
