"""Slots: a worker's place among N, held by a kernel lock that any death sets free (flock(2)).

N + 1 workers run for N slots. The one without a slot has everything imported and waits, so a slot
that becomes free is taken within a tenth of a second, while a restart takes seconds.
"""

import asyncio
import fcntl
import os
from pathlib import Path

#: Seconds between two looks at the slots; a look is one system call a slot.
LOOK = 0.1


class Lock:
    """One file lock, held until `free` or death."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: int | None = None

    def take(self) -> bool:
        """Hold the lock. False when another process does."""
        if self.file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self.file = file
        return True

    def free(self) -> None:
        if self.file is not None:
            os.close(self.file)
            self.file = None


class Slots:
    """The slots of this machine, the spare's mark, and the leave to recycle."""

    def __init__(self, run: Path, count: int) -> None:
        self.locks = [Lock(run / "slots" / f"{number}.lock") for number in range(count)]
        self.spare = Lock(run / "spare.lock")
        self.leave = Lock(run / "recycle.lock")
        self.mine: int | None = None

    async def wait(self) -> int:
        """Take a free slot, waiting as the spare while there is none. Returns its number."""
        while (number := self.take()) is None:
            self.spare.take()
            await asyncio.sleep(LOOK)
        self.spare.free()
        return number

    def take(self) -> int | None:
        for number, lock in enumerate(self.locks):
            if lock.take():
                self.mine = number
                return number
        return None

    def may_leave(self) -> bool:
        """Whether this worker may recycle now: nobody else does, and a spare waits to follow.

        The leave is kept until this process ends.
        """
        if not self.leave.take():
            return False
        if self.spare.take():
            self.spare.free()
            self.leave.free()
            return False
        return True

    def free(self) -> None:
        """Give the slot away; only after its Telegram session is closed."""
        if self.mine is not None:
            self.locks[self.mine].free()
            self.mine = None


def rooms_of(slot: int, *, slots: int, downloads: int) -> int:
    """A slot's share of the downloads that may run at once on this machine."""
    return downloads // slots + (1 if slot < downloads % slots else 0)
