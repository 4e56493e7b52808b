"""What admins set at run time, and what the system counts."""

from procs.clock import Now
from procs.store.database import Database

READ = "SELECT value FROM settings WHERE name = :name"
WRITE = """
INSERT INTO settings (name, value, changed_at) VALUES (:name, :value, :now)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
"""
COUNT = """
INSERT INTO counters (name, value) VALUES (:name, :by)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
"""
COUNTED = "SELECT name, value FROM counters ORDER BY name"


def read(db: Database, name: str, default: str) -> str:
    row = db.one(READ, {"name": name})
    return str(row[0]) if row else default


def write(db: Database, name: str, value: str, *, now: Now) -> None:
    with db.write(full=True):
        db.change(WRITE, {"name": name, "value": value, "now": now.wall})


def count(db: Database, name: str, by: int = 1) -> None:
    """Add to a counter that survives restarts."""
    with db.write():
        db.change(COUNT, {"name": name, "by": by})


def counted(db: Database) -> dict[str, int]:
    return {name: value for name, value in db.all(COUNTED)}
