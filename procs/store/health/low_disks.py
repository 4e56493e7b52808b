"""Disks below their floor: no download starts there, and status messages say why."""

from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.store.database import Database
from procs.store.health import workers

NOTE = """
INSERT INTO disks (host, since, free) VALUES (:host, :now, :free)
    ON CONFLICT (host) DO UPDATE SET free = excluded.free
"""
FORGET = "DELETE FROM disks WHERE host = :host"
LOW = "SELECT host, since, free FROM disks"
#: How many machines carry jobs, and on how many of them the disk is low.
OF_CARRIERS = f"""
SELECT COUNT(*), COUNT(d.host) FROM ({workers.CARRIERS}) AS m LEFT JOIN disks d ON d.host = m.name
 WHERE m.roles LIKE '%worker%'
"""


def low(db: Database) -> dict[str, float]:
    """The machines whose disk is below its floor, each with the wall instant since when."""
    return {host: since for host, since, _ in db.all(LOW)}


def is_everywhere(db: Database, *, since: float) -> bool:
    """Whether no machine that carries jobs has room for a download: where several share the
    database, one whose disk is low leaves its downloads to the others. Those are there that were
    heard since this instant (boot)."""
    found = low(db)
    if not found or not machine_name.shared():
        return bool(found)
    ((carrying, crowded),) = db.all(OF_CARRIERS, {"since": since})
    return bool(0 < carrying == crowded)


def note_low(db: Database, host: str, *, free: int, now: Now) -> None:
    """Note that the disk of a machine has `free` bytes left, which is below its floor."""
    with db.write():
        db.change(NOTE, {"host": host, "free": free, "now": now.wall})


def note_enough(db: Database, host: str) -> None:
    """Forget that the disk of a machine was low: it is above its floor again."""
    with db.write():
        db.change(FORGET, {"host": host})
