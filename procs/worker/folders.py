"""One folder per lease, removed whole at its end; what cannot be removed is counted and tried
again by the keeper."""

import shutil
from pathlib import Path

from procs import log
from procs.errors import DiskFull
from procs.job import Lease
from procs.store import settings as counters
from procs.store.database import Database

#: Bytes that stay free for the database and the logs.
FLOOR = 64 * 1024 * 1024


def make(root: Path, lease: Lease) -> Path:
    """An empty folder named by job and fence, so that two leases never share one. What earlier
    leases of this job left goes: whoever held them may write nothing more."""
    for stale in root.glob(f"{lease.job}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = root / f"{lease.job}-{lease.fence}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def remove(db: Database, folder: Path) -> None:
    """Remove a folder. A failure is logged and counted; the keeper sweeps it up later."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("folder.kept", folder=folder, error=error)
        counters.count(db, "cleanup.failed")


def check_room(root: Path, size: int) -> None:
    """Whether `size` more bytes fit. Raises DiskFull, before anything is downloaded."""
    free = shutil.disk_usage(root).free
    if free < size + FLOOR:
        raise DiskFull(f"{size} bytes wanted, {free} free under {root}")
