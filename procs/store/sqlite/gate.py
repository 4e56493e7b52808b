"""The gate: a kernel lock in front of every write transaction.

SQLite's busy timeout sleeps and retries: with two or more writers the unlucky process gets about
one transaction a second. The kernel's flock queue costs 1-2 us when free, and the kernel releases
it on any death (flock(2)).

One lock is not enough: a process that leaves and comes back at once enters again before the next in
line is awake. So there is a door before the gate, which the next in line holds while it waits at
the gate: of four writers the least gets 0.99 of a fair share instead of 0.5, and the longest wait
is a fifth, for a quarter of the transactions when all four do nothing else.
"""

import os
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from procs.errors import StoreError

#: The files of the two locks, in the run directory.
DOOR, GATE = "door.lock", "gate.lock"


class Gate:
    """An exclusive lock, held only while a transaction runs."""

    def __init__(self, run: Path) -> None:
        """Raises StoreError when this user has no right to the run directory, or its home is gone:
        one that was moved while Chapar runs is not begun anew."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            run.mkdir(mode=0o700, exist_ok=True)
            self.opened = [os.open(run / name, flags, 0o600) for name in (DOOR, GATE)]
            self.door, self.file = self.opened
        except FileNotFoundError:
            raise StoreError(f"{run.parent} is gone; put it back where it was") from None
        except OSError as error:
            raise StoreError(
                f"{error.filename} cannot be used ({error.strerror}); let it be a file, or folder, "
                "of the user that runs Chapar, and run this as that user"
            ) from None

    def enter(self) -> None:
        """Wait for the lock. Who waits stands at the door first, so that the one who has just left
        does not pass the others."""
        flock(self.door, LOCK_EX)
        try:
            flock(self.file, LOCK_EX)
        finally:
            flock(self.door, LOCK_UN)

    def leave(self) -> None:
        """Let the next process write."""
        flock(self.file, LOCK_UN)

    def close(self) -> None:
        """Close both files; a lock that is held is released with them."""
        while self.opened:
            os.close(self.opened.pop())


@dataclass(frozen=True, slots=True)
class GateLock:
    """One of the two locks, as an observer sees it who never enters."""

    path: Path
    #: Whether who has it and runs only waits for the gate.
    is_queue: bool

    @property
    def name(self) -> str:
        """The name of the lock's file."""
        return self.path.name

    def holder(self) -> int | None:
        """The process that has it, None when it is free."""
        return None if is_free(self.path) else holder(self.path)


def locks(run: Path) -> tuple[GateLock, GateLock]:
    """The gate and the door of a run directory."""
    return GateLock(run / GATE, is_queue=False), GateLock(run / DOOR, is_queue=True)


def is_free(path: Path) -> bool:
    """Whether nobody has this lock at the moment."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def holder(path: Path) -> int | None:
    """The process that has a lock, by /proc/locks (proc(5)): `1: FLOCK ADVISORY WRITE pid
    major:minor:inode …`; one that only waits has an arrow before the word."""
    facts = path.stat()
    device = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        _, kind, *_, pid, where, _, _ = line.split()
        if kind == "FLOCK" and where == device:
            return int(pid)
    return None
