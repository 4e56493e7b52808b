"""Files go by ownership: what no live lease and no open request owns is removed, whatever its age.

A folder is named by job and fence, so a folder whose lease was taken back has no owner any more,
even while the same job runs again elsewhere.
"""

import shutil
from pathlib import Path

from procs import log
from procs.clock import Now
from procs.config import Settings
from procs.store import ownership
from procs.store import settings as counters
from procs.store.database import Database

#: Seconds a collected-by-nobody delivery of `chapar fetch` is kept.
OUTBOX_AGE = 24 * 3600.0


def sweep(db: Database, settings: Settings, *, now: Now) -> int:
    """Remove what nobody owns. Returns how many folders went; failures are counted and logged, and
    tried again by the next sweep."""
    leased = {f"{job}-{fence}" for job, fence in ownership.leases(db)}
    wanted = {str(request) for request in ownership.outboxes(db, since=now.wall - OUTBOX_AGE)}
    gone = [entry for entry in entries(settings.jobs) if entry.name not in leased]
    gone += [entry for entry in entries(settings.outbox) if entry.name not in wanted]
    return sum(remove(db, entry) for entry in gone)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def remove(db: Database, entry: Path) -> bool:
    try:
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("sweep.failed", path=entry, error=error)
        counters.count(db, "cleanup.failed")
        return False
    log.info("sweep.removed", path=entry.name)
    return True
