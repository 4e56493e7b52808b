"""Removes files without an owner: what no live lease and no open request owns, whatever its age.

A folder is named by job and fence, so a folder whose lease was reaped has no owner, even while the
same job runs again elsewhere; unless its job's row says that the next attempt goes on with it.
While the disk is low it is not kept: that attempt might wait for the very space.
"""

from collections.abc import Iterable
from pathlib import Path

from procs.config import Settings
from procs.core import disk, log
from procs.core.clock import Now
from procs.store.database import Database
from procs.store.health import counters
from procs.store.jobs import file_owners

#: Seconds a collected-by-nobody delivery of `chapar fetch` is kept.
OUTBOX_AGE = 24 * 3600.0


def sweep(db: Database, settings: Settings, *, now: Now) -> int:
    """Remove folders without an owner. Returns how many were removed; failures are counted and
    logged, and the next sweep tries again."""
    # Listed before the owners are: what begins in between is in neither list, and stays.
    jobs, outboxes = entries(settings.jobs), entries(settings.outbox)
    leased = {f"{job}-{fence}" for job, fence in file_owners.leases(db)}
    wanted = {str(request) for request in file_owners.outboxes(db, since=now.wall - OUTBOX_AGE)}
    spare = disk.free(settings.home) >= settings.disk_floor
    left = (entry for entry in jobs if entry.name not in leased)
    gone = [entry for entry in left if not (spare and is_awaited(db, entry.name))]
    gone += [entry for entry in outboxes if entry.name not in wanted]
    return remove_all(db, gone)


def is_awaited(db: Database, name: str) -> bool:
    """Whether the job of a folder goes on with it at its next attempt."""
    job = name.partition("-")[0]
    return job.isdecimal() and name in file_owners.left_to_next(db, int(job))


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def remove_all(db: Database, gone: Iterable[Path]) -> int:
    """Remove all entries that can be removed. Those that cannot are counted, and logged as one
    line."""
    removed: list[str] = []
    kept: dict[Path, OSError] = {}
    for entry in gone:
        try:
            disk.remove(entry)
            removed.append(entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            kept[entry] = error
    if removed:
        log.info("sweep.removed", count=len(removed), first=removed[0])
    if kept:
        path, why = next(iter(kept.items()))
        log.warning("sweep.failed", count=len(kept), path=path, error=why)
        counters.add(db, "cleanup.failed", by=len(kept))
    return len(removed)
