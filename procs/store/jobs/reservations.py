"""Disk space that is reserved for downloads, over all processes.

A row counts while its lease lives, so a killed worker's reservations end by themselves. The bytes
that a download has written are no longer among the free bytes of the disk, and are not counted a
second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from procs.errors import LeaseLost
from procs.records.job import Lease, State
from procs.store.database import Database

PROMISED = f"""
SELECT r.job, r.fence, r.bytes
  FROM reservations r JOIN jobs j ON j.id = r.job AND j.fence = r.fence AND j.state = {State.LEASED}
 WHERE r.host = :host
"""
RESERVE = f"""
INSERT INTO reservations (host, job, fence, bytes)
SELECT :host, id, fence, :bytes FROM jobs
 WHERE id = :job AND fence = :fence AND worker = :worker AND state = {State.LEASED}
    ON CONFLICT (host, job) DO UPDATE SET fence = excluded.fence, bytes = excluded.bytes
"""
DROP = "DELETE FROM reservations WHERE host = :host AND job = :job AND fence = :fence"
PRUNE = f"""
DELETE FROM reservations
 WHERE host = :host
   AND NOT EXISTS (SELECT 1 FROM jobs j
                    WHERE j.id = reservations.job AND j.fence = reservations.fence
                      AND j.state = {State.LEASED})
"""

#: Bytes on the disk by (job, fence).
Used = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """One machine's disk as it was measured: the bytes that may be promised, and what each running
    download holds already. Measure what they hold first: an error is then on the safe side."""

    host: str
    free: int
    used: Used


def reserve(db: Database, lease: Lease, size: int, *, disk: DiskSpace) -> int:
    """Promise a lease `size` bytes in all. Returns the bytes that are missing for that; when any
    are, nothing is changed. Raises LeaseLost."""
    facts = {"host": disk.host, "job": lease.job, "fence": lease.fence, "bytes": size}
    facts["worker"], me = lease.worker, (lease.job, lease.fence)
    with db.write():
        promised = {(job, fence): size for job, fence, size in rows(db, disk.host)}
        wanted = {**promised, me: size}
        missing = sum(open_of(wanted, disk.used)) - disk.free
        if missing > 0:
            return missing
        if db.change(RESERVE, facts) == 0:
            raise LeaseLost(f"job {lease.job} fence {lease.fence}")
    return 0


def open_of(promised: Used, used: Used) -> list[int]:
    """The bytes that each reservation still has to write."""
    return [max(0, size - used.get(one, 0)) for one, size in promised.items()]


def rows(db: Database, host: str) -> list[tuple[int, int, int]]:
    """(job, fence, bytes) of every promise that counts."""
    return [(job, fence, size) for job, fence, size in db.all(PROMISED, {"host": host})]


def drop(db: Database, lease: Lease, *, host: str) -> None:
    """The download is over: nothing more will be written."""
    with db.write():
        db.change(DROP, {"host": host, "job": lease.job, "fence": lease.fence})


def prune(db: Database, *, host: str) -> int:
    """Forget the promises whose leases are over."""
    with db.write():
        return db.change(PRUNE, {"host": host})
