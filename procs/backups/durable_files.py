"""Files that are whole or not there, also after a power cut; and the folder for work in between."""

import fcntl
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from procs.backups.backup_errors import BackupBusy, BackupFailed
from procs.core import disk
from procs.core.paths import HomePaths

CHUNK = 1024 * 1024
#: Bytes that are written between two waits for the disk.
SYNC_STEP = 1024 * 1024
BACKUP_LOCK = "backup.lock"
#: What the scratch folders of killed processes begin with.
SCRATCH = "backup-"
#: Bytes that stay free beside what is written.
SPARE = 64 * disk.MIB


class SteadyFile(io.FileIO):
    """A file for writing that goes to the disk piece by piece. Synced as a whole at its end, a
    large one holds up everybody else who waits for the same disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "wb")
        self.path = path
        self.unsynced = 0

    def write(self, data: Any) -> int:
        """Write, and wait for the disk after each SYNC_STEP bytes. Raises OSError."""
        with disk.named(self.path):
            written = super().write(data)
            self.unsynced += written
            if self.unsynced >= SYNC_STEP:
                os.fdatasync(self.fileno())
                self.unsynced = 0
        return written


def place(fresh: Path, path: Path) -> None:
    """Give a complete file its name: until then there is none under it, or the one before."""
    fresh.chmod(0o600)
    disk.sync(fresh)
    os.replace(fresh, path)
    disk.sync(path.parent)


def write(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there: beside its place first, then renamed. Raises
    OSError."""
    fresh = path.with_name(f".{path.name}.new")
    with disk.named(path):
        fresh.write_bytes(content)
    place(fresh, path)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def alone(paths: HomePaths) -> Iterator[None]:
    """Nobody else works on the backups of this home meanwhile. Raises BackupBusy, and BackupFailed
    where there is no home. The kernel frees the lock at any death."""
    try:
        paths.run.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        raise BackupFailed(f"{paths.home} is not there; see that CHAPAR_HOME names it") from None
    file = os.open(paths.run / BACKUP_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise BackupBusy from None
    try:
        yield
    finally:
        os.close(file)


@contextmanager
def scratch(paths: HomePaths) -> Iterator[Path]:
    """A folder on the home's disk, where the database lies in the clear anyway, gone afterwards;
    those that killed processes left are deleted first. Held under `alone`."""
    paths.cache.mkdir(mode=0o700, exist_ok=True)
    for left in paths.cache.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=paths.cache) as folder:
        yield Path(folder)


def require_room(folder: Path, size: int) -> None:
    """Raises BackupFailed where so many bytes do not fit."""
    free = disk.free(folder)
    if free < size + SPARE:
        needed = (size + SPARE) // disk.MIB
        raise BackupFailed(
            f"{folder} has {free // disk.MIB} MiB free and a backup needs {needed} MiB; "
            "free space there"
        )
