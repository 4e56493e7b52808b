"""Waits that Telegram imposed (FLOOD_WAIT): rows, which every process obeys after a restart too."""

from procs.core.clock import Now
from procs.store.database import Database
from procs.store.health import counters

UNTIL = "SELECT until FROM waits WHERE scope = :scope"
NOTE = """
INSERT INTO waits (scope, until) VALUES (:scope, :until)
    ON CONFLICT (scope) DO UPDATE SET until = excluded.until WHERE waits.until < excluded.until
"""
#: Seconds for which a wait that is over stays: its end is an instant of Telegram's clock.
KEPT = 86400.0
PRUNE = "DELETE FROM waits WHERE until < :before"


def wait_until(db: Database, scope: str) -> float:
    """The wall instant before which `scope` must not be called; 0 when it is free."""
    row = db.one(UNTIL, {"scope": scope})
    return float(row[0]) if row else 0.0


def note_wait(db: Database, scope: str, until: float) -> None:
    """Store a wait. A longer one that is stored already stays."""
    with db.write():
        if db.change(NOTE, {"scope": scope, "until": until}):
            counters.add(db, "flood_waits")


def prune(db: Database, *, now: Now) -> int:
    """Forget the waits that were over long ago: each chat in which there was one has a row."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT})
