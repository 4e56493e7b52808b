"""Disks below their floor: no download starts there, and status messages say why."""

from procs.core.clock import Now
from procs.store.database import Database

NOTE = """
INSERT INTO disks (host, since, free) VALUES (:host, :now, :free)
    ON CONFLICT (host) DO UPDATE SET free = excluded.free
"""
FORGET = "DELETE FROM disks WHERE host = :host"
LOW = "SELECT host, since, free FROM disks"


def low(db: Database) -> dict[str, float]:
    """The machines whose disk is below its floor, each with the wall instant since when."""
    return {host: since for host, since, _ in db.all(LOW)}


def note_low(db: Database, host: str, *, free: int, now: Now) -> None:
    """Note that the disk of a machine has `free` bytes left, which is below its floor."""
    with db.write():
        db.change(NOTE, {"host": host, "free": free, "now": now.wall})


def note_enough(db: Database, host: str) -> None:
    """Forget that the disk of a machine was low: it is above its floor again."""
    with db.write():
        db.change(FORGET, {"host": host})
