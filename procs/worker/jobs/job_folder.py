"""One folder per lease, removed whole at its end; what cannot be removed is counted and tried
again by the keeper. Nothing is written into one before there is room for it."""

import random
from pathlib import Path

from procs.config import Settings
from procs.core import disk, log
from procs.errors import DiskTooSmall, NotNow
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.health import counters
from procs.store.jobs import leases, reservations
from procs.store.jobs.reservations import DiskSpace
from procs.store.requests.request_status import NO_ROOM

#: A download needs room for its streams and once more for the file made of them.
FACTOR = 2
#: Bytes that are expected of a media whose site does not tell.
GUESS = 64 * 1024 * 1024
#: Seconds, at most, until a job that found no room looks again.
LONGEST_ROOM_WAIT = 30.0


def make(db: Database, root: Path, lease: Lease) -> Path:
    """An empty folder named by job and fence, so that two leases never share one. What earlier
    leases of this job left goes: whoever held them may write nothing more."""
    for stale in root.glob(f"{lease.job}-*"):
        remove(db, stale)
    folder = root / f"{lease.job}-{lease.fence}"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def remove(db: Database, folder: Path) -> None:
    """Remove a folder. A failure is logged and counted; the keeper sweeps it up later."""
    try:
        disk.remove(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("folder.kept", folder=folder, error=error)
        counters.add(db, "cleanup.failed")


def is_low(settings: Settings) -> bool:
    """Whether so little is free that no download may start."""
    return disk.free(settings.home) < settings.disk_floor


def measure(settings: Settings) -> DiskSpace:
    """The disk as it is: what running downloads hold, then what is free above the floor."""
    used = {}
    for folder in settings.jobs.glob("*-*"):
        job, _, fence = folder.name.partition("-")
        if job.isdecimal() and fence.isdecimal():
            used[int(job), int(fence)] = int(disk.held(folder))
    return DiskSpace(disk.host(), disk.free(settings.jobs) - settings.disk_floor, used)


class DiskReservation:
    """What one download was promised of the disk; it grows when more comes than was expected."""

    def __init__(self, db: Database, settings: Settings, lease: Lease) -> None:
        self.db = db
        self.settings = settings
        self.lease = lease
        self.promised = 0

    def expect(self, size: int | None) -> None:
        """Reserve room for a media of so many bytes, of an unknown number with None. What an
        earlier attempt learned holds. Raises NotNow, DiskTooSmall, LeaseLost."""
        known = self.lease.progress.size or 0
        self.reserve(max(size or known or GUESS, known))

    def learned(self) -> None:
        """Reserve what an earlier attempt had no room for, before the site is asked again. Raises
        as `expect`."""
        if self.lease.progress.size is not None:
            self.expect(None)

    def grow(self, done: int, total: int) -> None:
        """So many bytes came, of so many (0: unknown). Raises as `expect`."""
        if FACTOR * max(done, total) > self.promised:
            self.reserve(total if total >= done else 2 * done)

    def reserve(self, size: int) -> None:
        wanted = FACTOR * size
        if wanted <= self.promised:
            return
        if wanted > disk.whole(self.settings.jobs) - self.settings.disk_floor:
            raise DiskTooSmall(f"{wanted} bytes wanted, the disk has fewer")
        missing = reservations.reserve(self.db, self.lease, wanted, disk=measure(self.settings))
        if missing:
            self.lease.progress.size = size
            leases.note(self.db, self.lease)
            log.warning("disk.no-room", job=self.lease.job, wanted=wanted, missing=missing)
            raise NotNow(random.uniform(LONGEST_ROOM_WAIT / 2, LONGEST_ROOM_WAIT), NO_ROOM)
        self.promised = wanted

    def leave(self) -> None:
        """Nothing more will be written."""
        if self.promised:
            reservations.drop(self.db, self.lease, host=disk.host())
            self.promised = 0
