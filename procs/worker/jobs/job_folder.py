"""One folder per lease, removed whole at its end. A folder that cannot be removed is counted, and
the keeper tries again. Nothing is written into a folder before its bytes are reserved."""

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

#: A download needs space for its streams, and the same again for the file merged from them.
FACTOR = 2
#: Bytes to reserve for a media whose size the site does not state.
GUESS = 64 * 1024 * 1024
#: Seconds, at most, until a job that found no space on the disk tries again.
LONGEST_ROOM_WAIT = 30.0


def make(db: Database, root: Path, lease: Lease) -> Path:
    """Make an empty folder named by job and fence, so that two leases never share one. Removes the
    folders of the job's earlier leases: their workers may write nothing more."""
    for stale in root.glob(f"{lease.job}-*"):
        fence = stale.name.partition("-")[2]
        if not fence.isdecimal() or int(fence) <= lease.fence:
            remove(db, stale)
    folder = root / f"{lease.job}-{lease.fence}"
    root.mkdir(exist_ok=True, mode=0o700)  # not the home, which may have been moved while we run
    folder.mkdir(mode=0o700)
    return folder


def remove(db: Database, folder: Path) -> None:
    """Remove a folder. A failure is logged and counted; the keeper sweeps the folder later."""
    try:
        disk.remove(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("folder.kept", folder=folder, error=error)
        counters.add(db, "cleanup.failed")


def is_low(settings: Settings) -> bool:
    """Whether so little of the disk is free, of the home's or that of downloads, that none may
    start; nor may one where the home was moved away."""
    places = {settings.home, settings.jobs} if settings.jobs.exists() else {settings.home}
    try:
        return min(map(disk.free, places)) < settings.disk_floor
    except FileNotFoundError:
        return True


def measure(settings: Settings) -> DiskSpace:
    """Measure the disk: the bytes that running downloads use, and the bytes free above the
    floor."""
    used = {}
    for folder in settings.jobs.glob("*-*"):
        job, _, fence = folder.name.partition("-")
        if job.isdecimal() and fence.isdecimal():
            used[int(job), int(fence)] = int(disk.held(folder))
    return DiskSpace(disk.host(), disk.free(settings.jobs) - settings.disk_floor, used)


class DiskReservation:
    """The disk space reserved for one download; it grows when more bytes arrive than expected."""

    def __init__(self, db: Database, settings: Settings, lease: Lease) -> None:
        self.db = db
        self.settings = settings
        self.lease = lease
        self.promised = 0

    def expect(self, size: int | None) -> None:
        """Reserve space for a media of `size` bytes (None: unknown). The size that an earlier
        attempt measured is the least. Raises NotNow, DiskTooSmall, LeaseLost."""
        known = self.lease.progress.size or 0
        self.reserve(max(size or known or GUESS, known))

    def reserve_again(self) -> None:
        """Reserve the space that an earlier attempt did not get, before the site is asked again.
        Raises as `expect`."""
        if self.lease.progress.size is not None:
            self.expect(None)

    def grow(self, done: int, total: int) -> None:
        """Note that `done` of `total` bytes arrived (0: unknown), and reserve more if needed.
        Raises as `expect`."""
        if FACTOR * max(done, total) > self.promised:
            self.reserve(total if total >= done else 2 * done)

    def reserve(self, size: int) -> None:
        """Reserve for a download of `size` bytes in all. Raises DiskTooSmall when the disk never
        could, NotNow when others have the room."""
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
        """Give the reservation back: the download writes nothing more."""
        if self.promised:
            reservations.drop(self.db, self.lease, host=disk.host())
            self.promised = 0
