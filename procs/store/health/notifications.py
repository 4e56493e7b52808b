"""Notifications: what admins were sent about alerts, and what is to be sent next.

A notification is stored before it is sent, with a random id for each admin, as a delivery is: a
restart repeats nothing. An alert that lasts is sent when it begins, again after hours, and when it
is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.errors.alert_kinds import CRITICAL_ALERTS, JUDGED_ALERTS
from procs.store.database import Database
from procs.store.health.alerts import COLUMNS, Alert, alert
from procs.store.media.deliveries import random_id

#: Seconds between two notifications of an alert that goes on; and after its end was notified, until
#: an alert that comes and goes is notified again.
REPEAT, AGAIN = 4 * 3600.0, 1800.0
#: Seconds for which alerts that begin or end are gathered into one notification; and where one of
#: them is critical, or was gathered by the monitor already.
GATHER, SOON = 30.0, 1.0
AT_ONCE = CRITICAL_ALERTS | JUDGED_ALERTS
#: Seconds from a notification to the next, by how many there were in the last hour.
GAPS = (0.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
HOUR, DAY = 3600.0, 24 * 3600.0

# An alert that ended before it was sent is sent too: the bot may have been away.
DUE = f"""
SELECT {COLUMNS} FROM alerts
 WHERE CASE WHEN told_at IS NULL THEN TRUE
            WHEN cleared_at IS NOT NULL THEN shown = 1
            WHEN shown = 1 THEN told_at <= :repeat AND (lasts = 1 OR count > told)
            ELSE told_at <= :again END
 ORDER BY first_at
"""
TOLD = """
UPDATE alerts
   SET told_at = :now, told = count, shown = CASE WHEN cleared_at IS NULL THEN 1 ELSE 0 END
 WHERE kind = :kind AND subject = :subject
"""
LATELY = "SELECT COUNT(*), MAX(at) FROM tellings WHERE at > :since"
TELL = "INSERT INTO tellings (at, body) VALUES (:now, :body) RETURNING id"
ADDRESS = "INSERT INTO notices (telling, admin, random_id) VALUES (:telling, :admin, :random)"
UNSENT = """
SELECT n.telling, n.admin, n.random_id, t.body, u.access, u.language
  FROM notices n JOIN tellings t ON t.id = n.telling LEFT JOIN users u ON u.id = n.admin
 WHERE n.ended_at IS NULL ORDER BY n.telling
"""
ENDED = "UPDATE notices SET ended_at = :now WHERE telling = :telling AND admin = :admin"
DEAFEN = """
INSERT INTO deaf (admin, since, why) VALUES (:admin, :now, :why) ON CONFLICT (admin) DO NOTHING
"""
HEARS = "DELETE FROM deaf WHERE admin = :admin"
DEAF = "SELECT admin, since, why FROM deaf ORDER BY admin"
PRUNE = "DELETE FROM tellings WHERE at < :day"


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification for one admin. `access` is None for an admin who never wrote to the bot."""

    telling: int
    admin: int
    random_id: int
    body: tuple[dict[str, Any], ...]
    access: int | None
    language: str


def plan(db: Database, admins: Sequence[int], *, now: Now) -> int:
    """Store one notification of all alerts that are due. Returns the number of alerts; none when
    the last notification was just now."""
    if not admins or not due(db, now):
        return 0
    with db.write(full=True):
        found = due(
            db, now
        )  # read again inside the transaction: other processes may have written between
        body = codec.dump([alert_facts(one, now) for one in found])
        ((telling,),) = db.all(TELL, {"now": now.wall, "body": body})
        addressed = [{"telling": telling, "admin": it, "random": random_id()} for it in admins]
        db.change_many(ADDRESS, addressed)
        named = [{"kind": one.kind, "subject": one.subject, "now": now.wall} for one in found]
        db.change_many(TOLD, named)
    return len(found)


def due(db: Database, now: Now) -> list[Alert]:
    """The alerts to notify admins of now, when a notification may be sent."""
    rows = db.all(DUE, {"repeat": now.wall - REPEAT, "again": now.wall - AGAIN})
    found = [alert(row) for row in rows]
    fresh = min((one.cleared_at or one.first_at for one in found), default=now.wall)
    is_urgent = any(one.kind in AT_ONCE for one in found)
    wait = min(SOON, GATHER) if is_urgent else GATHER
    return found if now.wall - fresh >= wait and may_tell(db, now) else []


def may_tell(db: Database, now: Now) -> bool:
    """Whether another notification may leave: the gap grows with those sent within the last
    hour."""
    ((count, last),) = db.all(LATELY, {"since": now.wall - HOUR})
    gap = GAPS[min(count, len(GAPS) - 1)]
    return (
        last is None or not 0 <= now.wall - last < gap
    )  # a clock that was set back must not stop notifications


def alert_facts(one: Alert, now: Now) -> dict[str, Any]:
    """The facts of an alert for a notification, as they are now: whether it is new, goes on
    ("again") or is over, for how many seconds, and how often it was noticed; for one that goes on,
    how often since the last notification."""
    again = one.cleared_at is None and one.told > 0
    end = now.wall if one.cleared_at is None else one.cleared_at
    begin = one.told_at if again and not one.lasts and one.told_at else one.first_at
    return {
        "word": "over" if one.cleared_at is not None else "again" if again else "new",
        "kind": one.kind,
        "subject": one.subject,
        "lasts": one.lasts,
        "count": one.count - one.told if again else one.count,
        "seconds": max(0.0, end - begin),
        "job": one.job,
        "worker": one.worker,
        "detail": one.detail,
    }


def unsent(db: Database) -> list[Notification]:
    """The notifications that admins have not received, in order."""
    return [
        Notification(telling, admin, number, tuple(codec.load(body)), access, language or "en")
        for telling, admin, number, body, access, language in db.all(UNSENT)
    ]


def note_sent(db: Database, notice: Notification, *, now: Now) -> None:
    """Note that an admin received a notification."""
    with db.write():
        db.change(ENDED, {"telling": notice.telling, "admin": notice.admin, "now": now.wall})
        db.change(HEARS, {"admin": notice.admin})


def skip(db: Database, notice: Notification, *, now: Now) -> None:
    """Nothing of it concerns this admin, who is not written to."""
    with db.write():
        db.change(ENDED, {"telling": notice.telling, "admin": notice.admin, "now": now.wall})


def note_unreachable(db: Database, notice: Notification, *, why: str, now: Now) -> bool:
    """An admin cannot be told: this is given up, the next is tried. True the first time."""
    facts = {"admin": notice.admin, "now": now.wall}
    with db.write():
        db.change(ENDED, {**facts, "telling": notice.telling})
        return bool(db.change(DEAFEN, {**facts, "why": why}))


def deaf(db: Database) -> list[tuple[int, float, str]]:
    """The admins who cannot be reached, each with the wall instant since when, and the reason."""
    return [(admin, since, why) for admin, since, why in db.all(DEAF)]


def prune(db: Database, *, now: Now) -> int:
    """Delete notifications that were sent long ago, or could not be sent for so long."""
    with db.write():
        return db.change(PRUNE, {"day": now.wall - DAY})
