"""Watches the disk: maintains the ballast, and notes when the disk is low."""

import errno
import os
from pathlib import Path

from procs.config import Settings
from procs.core import clock, disk, log
from procs.errors import alert_kinds, remedies
from procs.records.job import Lane
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts, low_disks

#: Free bytes below which the ballast goes before anything fails.
FULL = 16 * 1024 * 1024
#: A disk that was low is not any more when this share of the floor is free besides.
SPARE = 0.1
FIX = remedies.of(alert_kinds.LOW)


class DiskWatch:
    """One machine's disk under CHAPAR_HOME, and that of downloads where they have one."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.ballast = settings.ballast
        #: Whether the row of this machine says that it is low, None before it was read.
        self.was_low: bool | None = None

    def watch(self) -> None:
        """Look at the free bytes, and do what follows. The ballast goes first: what is written
        about a full disk needs room itself."""
        free = disk.free(self.settings.home)
        if free < FULL:
            self.give_up_ballast()
        elif free >= max(self.settings.disk_floor, 2 * FULL) + self.settings.ballast_size:
            self.make_ballast()
        jobs = self.settings.jobs
        if disk.is_apart(jobs, self.settings.home) and (left := disk.free(jobs)) < free:
            self.note(left, jobs)
        else:
            self.note(free, self.settings.home)

    def give_up_ballast(self) -> None:
        """Make room on a full disk, so that the database can go on."""
        if self.ballast.exists():
            self.ballast.unlink()
            log.error("ballast.given-up", bytes=self.settings.ballast_size, fix=FIX)

    def make_ballast(self) -> None:
        """Write the file that reserves disk space: real blocks, not a hole."""
        if self.ballast.exists() and self.ballast.stat().st_size == self.settings.ballast_size:
            return
        fresh = self.ballast.with_suffix(".new")
        try:
            fill(fresh, self.settings.ballast_size)
            fresh.replace(self.ballast)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            log.warning("ballast.not-made", error=error)
        else:
            log.info("ballast.made", bytes=self.settings.ballast_size)

    def note(self, free: int, place: Path) -> None:
        """Store when a disk becomes low, and when it no longer is."""
        here, floor = disk.host(), self.settings.disk_floor
        if self.was_low is None or self.was_low or free < floor:
            self.was_low = here in low_disks.low(self.db)
        was_low = self.was_low
        if free < floor and not was_low:
            low_disks.note_low(self.db, here, free=free, now=clock.now())
            self.was_low = True
            detail = f"{free} bytes free of {floor} under {place}"
            alerts.note(self.db, alert_kinds.LOW, here, now=clock.now(), lasts=True, detail=detail)
            log.error("disk.low", free=free, floor=floor, place=place, fix=FIX)
            wake.notify(self.db.run, wake.BOT)
        elif was_low and free >= floor * (1 + SPARE):
            low_disks.note_enough(self.db, here)
            alerts.clear(self.db, (alert_kinds.LOW,), here, now=clock.now())
            log.info("disk.enough", free=free, floor=floor)
            wake.notify_idle(self.db.run, lanes=[Lane.HEAVY])


def fill(path: Path, size: int) -> None:
    """A file of so many bytes that are really taken. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
        if os.fstat(descriptor).st_blocks * disk.BLOCK < size:
            raise OSError(errno.ENOTSUP, "this file system takes no blocks in advance")
    finally:
        os.close(descriptor)
