"""What admins set at run time."""

from procs.clock import Now
from procs.store.database import Database

READ = "SELECT value FROM settings WHERE name = :name"
WRITE = """
INSERT INTO settings (name, value, changed_at) VALUES (:name, :value, :now)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
"""


def read(db: Database, name: str, default: str) -> str:
    row = db.one(READ, {"name": name})
    return str(row[0]) if row else default


def write(db: Database, name: str, value: str, *, now: Now) -> None:
    with db.write(full=True):
        db.change(WRITE, {"name": name, "value": value, "now": now.wall})
