"""A lock on a file, which the kernel releases at any death (flock(2))."""

import asyncio
import fcntl
import os
from pathlib import Path

#: Seconds between two attempts to take a lock that another process holds.
LOCK_POLL_INTERVAL = 0.2


class FileLock:
    """One file lock, held until `free` or the process's death."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: int | None = None
        #: What tells who watches the folder that the lock is free: an attempt that fails, which
        #: opens for reading, does not.
        self.bell: int | None = None

    def take(self) -> bool:
        """Take the lock. False when another process holds it."""
        if self.file is not None:
            return True
        self.path.parent.mkdir(exist_ok=True, mode=0o700)
        file = os.open(self.path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self.file = file
        self.bell = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        return True

    def free(self) -> None:
        """Release the lock; nothing happens without it."""
        if self.file is not None:
            os.close(self.file)
            self.file = None
        if self.bell is not None:
            os.close(self.bell)
            self.bell = None

    def is_taken(self) -> bool:
        """Whether another process holds it."""
        if not self.take():
            return True
        self.free()
        return False

    async def wait(self) -> None:
        """Take the lock, however long that takes."""
        while not self.take():
            await asyncio.sleep(LOCK_POLL_INTERVAL)
