"""Settings that admins change at run time, and the configuration of the last start."""

from procs.core.clock import Now
from procs.store.database import Database

READ = "SELECT value FROM settings WHERE name = :name"
WRITE = """
INSERT INTO settings (name, value, changed_at) VALUES (:name, :value, :now)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
"""
RESET = "DELETE FROM settings WHERE name = :name"
#: What the processes of the last start were configured with: downloads that a user without a cap of
#: their own may have queued or running, and downloads that run at once. Every database has both.
CONFIGURED_CAP, CONFIGURED_ROOMS = "configured_downloads_per_user", "configured_downloads"
#: Seconds by which Telegram's clock is ahead of ours, as the bot found it last.
SKEW = "clock.skew"
CONFIGURED = "SELECT CAST(value AS INTEGER) FROM settings WHERE name = :name"


def read(db: Database, name: str, default: str) -> str:
    """The text that is stored under a name, or the default."""
    row = db.one(READ, {"name": name})
    return str(row[0]) if row else default


def write(
    db: Database, name: str, value: str, *, now: Now, full: bool = True, quiet: bool = False
) -> None:
    """Keep a value. Without `full` a power cut may lose it; `quiet` as of `Database.write`."""
    with db.write(full=full, quiet=quiet):
        db.change(WRITE, {"name": name, "value": value, "now": now.wall})


def found(db: Database, name: str) -> str | None:
    """What an admin set; None where nothing was set."""
    row = db.one(READ, {"name": name})
    return str(row[0]) if row else None


def reset(db: Database, name: str) -> None:
    """From now on what the processes were started with holds again."""
    with db.write(full=True):
        db.change(RESET, {"name": name})


def effective(db: Database, name: str) -> int:
    """One of the two, as every process of this database goes by it."""
    return int(db.all(CONFIGURED, {"name": name})[0][0])
