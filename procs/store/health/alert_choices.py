"""The choices of each admin about alerts: kinds that are off, for a while or for ever, and quiet
hours."""

from procs.core.clock import Now
from procs.store.database import Database

MUTE = """
INSERT INTO alert_mutes (admin, kind, until) VALUES (:admin, :kind, :until)
    ON CONFLICT (admin, kind) DO UPDATE SET until = excluded.until
"""
UNMUTE = "DELETE FROM alert_mutes WHERE admin = :admin AND kind = :kind"
MUTED = """
SELECT kind, until FROM alert_mutes
 WHERE admin = :admin AND (until IS NULL OR until > :now)
"""
SET_HOURS = """
INSERT INTO alert_hours (admin, start, stop) VALUES (:admin, :start, :stop)
    ON CONFLICT (admin) DO UPDATE SET start = excluded.start, stop = excluded.stop
"""
NO_HOURS = "DELETE FROM alert_hours WHERE admin = :admin"
HOURS = "SELECT start, stop FROM alert_hours WHERE admin = :admin"


def mute(db: Database, admin: int, kind: str, *, until: float | None = None) -> None:
    """Send an admin no alerts of a kind, until a wall instant or for ever."""
    with db.write():
        db.change(MUTE, {"admin": admin, "kind": kind, "until": until})


def unmute(db: Database, admin: int, kind: str) -> None:
    """Send the admin alerts of this kind again, from now on."""
    with db.write():
        db.change(UNMUTE, {"admin": admin, "kind": kind})


def muted(db: Database, admin: int, *, now: Now) -> dict[str, float | None]:
    """The kinds that are off for an admin now, each with its end (wall), None for no end."""
    return {kind: until for kind, until in db.all(MUTED, {"admin": admin, "now": now.wall})}


def set_hours(db: Database, admin: int, hours: tuple[int, int] | None) -> None:
    """Set an admin's quiet hours, from one minute of their day to another; None for no quiet
    hours."""
    with db.write():
        if hours is None:
            db.change(NO_HOURS, {"admin": admin})
        else:
            db.change(SET_HOURS, {"admin": admin, "start": hours[0], "stop": hours[1]})


def hours(db: Database, admin: int) -> tuple[int, int] | None:
    """The admin's quiet hours, as two minutes of their day; None for no quiet hours."""
    row = db.one(HOURS, {"admin": admin})
    return (row[0], row[1]) if row else None


def is_quiet(db: Database, admin: int, minute: int) -> bool:
    """Whether a minute of the admin's day is in their quiet hours, which may span midnight."""
    found = hours(db, admin)
    if found is None:
        return False
    start, stop = found
    return start <= minute < stop if start < stop else minute >= start or minute < stop
