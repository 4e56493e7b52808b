"""Alerts: faults that concern more than one job, since when, and how often.

A row for each kind and subject (`bot-check` of a site, `session-revoked` of a session). The process
that notices the fault makes one small write, outside the job's own transaction. `notifications`
holds what admins were sent about it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from procs.core import log
from procs.core.clock import Now
from procs.errors import StoreUnready
from procs.store.database import Database
from procs.store.health.fingerprint import example

#: Seconds without a notice after which an alert that does not last is over; and for which an ended
#: alert is kept when no admin was told.
QUIET, DAY = 6 * 3600.0, 24 * 3600.0

NOTE = """
INSERT INTO alerts (kind, subject, lasts, count, first_at, last_at, job, worker, detail)
VALUES (:kind, :subject, :lasts, 1, :now, :now, :job, :worker, :detail)
    ON CONFLICT (kind, subject) DO UPDATE
   SET count = CASE WHEN alerts.cleared_at IS NULL THEN alerts.count + 1 ELSE 1 END,
       told = CASE WHEN alerts.cleared_at IS NULL THEN alerts.told ELSE 0 END,
       first_at = CASE WHEN alerts.cleared_at IS NULL THEN alerts.first_at
                       ELSE excluded.first_at END,
       last_at = excluded.last_at, cleared_at = NULL,
       job = excluded.job, worker = excluded.worker, detail = excluded.detail
"""
STANDS = """
SELECT 1 FROM alerts WHERE kind = :kind AND subject = :subject AND cleared_at IS NULL
"""
CLEAR = """
UPDATE alerts SET cleared_at = :now
 WHERE kind = :kind AND subject = :subject AND cleared_at IS NULL
"""
RENEW = """
UPDATE alerts SET detail = :detail
 WHERE kind = :kind AND subject = :subject AND cleared_at IS NULL AND detail <> :detail
"""
#: Of an `Alert`, in its order.
COLUMNS = """
kind, subject, lasts, count, told, first_at, last_at, cleared_at, told_at, job, worker, detail
"""
STANDING = f"SELECT {COLUMNS} FROM alerts WHERE cleared_at IS NULL ORDER BY first_at"
PRUNE = """
DELETE FROM alerts
 WHERE CASE WHEN cleared_at IS NOT NULL THEN cleared_at < :day
                                                  OR shown = 0 AND cleared_at < :quiet
            ELSE lasts = 0 AND last_at < :quiet END
"""


@dataclass(frozen=True, slots=True)
class Alert:
    """One row. An alert that `lasts` goes on until it is cleared; any other is over when it is
    noticed no more. `count` is how often it was noticed and `told` how often by the last
    notification; `job` (0 for none), `worker` and `detail` are of the latest time; instants are
    wall time."""

    kind: str
    subject: str
    lasts: bool
    count: int
    told: int
    first_at: float
    last_at: float
    cleared_at: float | None
    told_at: float | None
    job: int
    worker: str
    detail: str


def note(
    db: Database,
    kind: str,
    subject: str = "",
    *,
    now: Now,
    lasts: bool = False,
    job: int = 0,
    worker: str = "",
    detail: str = "",
) -> None:
    """Note one occurrence of a fault. With `lasts` the alert goes on until `clear`. Never fails:
    when the disk is full, the caller's log line is the record."""
    facts = {"kind": kind, "subject": subject, "lasts": int(lasts), "job": job, "now": now.wall}
    try:
        with db.write():
            db.change(NOTE, {**facts, "worker": worker, "detail": example(detail)})
    except StoreUnready as error:
        log.warning("alert.unwritten", kind=kind, subject=subject, error=error)


def renew(db: Database, kind: str, subject: str = "", *, detail: str) -> None:
    """Have an alert that goes on say what is true of it now, without counting it again. Raises
    StoreError."""
    with db.write():
        db.change(RENEW, {"kind": kind, "subject": subject, "detail": example(detail)})


def clear(db: Database, kinds: Iterable[str], subject: str, *, now: Now) -> None:
    """End an alert. Without one it costs a read. Never fails, as `note`."""
    named: list[Mapping[str, Any]] = [{"kind": kind, "subject": subject} for kind in kinds]
    there = [one for one in named if db.one(STANDS, one)]
    try:
        if there:
            with db.write():
                db.change_many(CLEAR, [{**one, "now": now.wall} for one in there])
    except StoreUnready as error:
        log.warning("alert.unwritten", subject=subject, error=error)


def standing(db: Database) -> list[Alert]:
    """The alerts that go on, the oldest first."""
    return [alert(row) for row in db.all(STANDING)]


def prune(db: Database, *, now: Now) -> int:
    """Delete alerts that are over."""
    with db.write():
        return db.change(PRUNE, {"day": now.wall - DAY, "quiet": now.wall - QUIET})


def alert(row: tuple[Any, ...]) -> Alert:
    """An alert from its row."""
    kind, subject, lasts, *rest = row
    return Alert(kind, subject, bool(lasts), *rest)
