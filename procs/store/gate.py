"""The gate: a kernel lock in front of every write transaction.

SQLite's busy timeout sleeps and retries: with two or more writers the unlucky process gets about
one transaction a second. The kernel's flock queue gives every process its share, costs 1-2 us when
free, and is dropped by the kernel on any death (flock(2)).
"""

import fcntl
import os
from pathlib import Path


class Gate:
    """An exclusive lock on one file, held only while a transaction runs."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def enter(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def leave(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self.file)


def is_free(path: Path) -> bool:
    """Whether nobody is inside at this moment."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def holder(path: Path) -> int | None:
    """The process that is inside, by /proc/locks (proc(5)): `1: FLOCK ADVISORY WRITE pid
    major:minor:inode …`; one that only waits has an arrow before the word."""
    facts = path.stat()
    device = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        _, kind, *_, pid, where, _, _ = line.split()
        if kind == "FLOCK" and where == device:
            return int(pid)
    return None
