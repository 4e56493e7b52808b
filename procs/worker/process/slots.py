"""Slots and posts: who owns which Telegram session, and who serves.

N + 1 workers run. Each holds a *slot*, which owns a Telegram session; N of them hold a *post* and
serve, and the one without a post is the spare: everything imported, signed in, waiting. A worker
that recycles gives its post to the spare first and finishes its running jobs after that, under its
own session: serving never dips, however long the last download takes. All are kernel locks, which
any death sets free (flock(2)).
"""

import asyncio
import fcntl
import os
from pathlib import Path

#: Seconds between two looks at what may have become free; a look is one system call a lock.
LOCK_POLL_INTERVAL = 0.2


class SlotLock:
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

    def is_taken(self) -> bool:
        """Whether another process holds it."""
        if not self.take():
            return True
        self.free()
        return False


class LockRow:
    """A row of equal locks, of which a process holds one at most."""

    def __init__(self, folder: Path, count: int) -> None:
        self.locks = [SlotLock(folder / f"{number}.lock") for number in range(count)]
        self.mine: int | None = None

    def take(self) -> int | None:
        """The number of the first that is free, now ours."""
        for number, lock in enumerate(self.locks):
            if lock.take():
                self.mine = number
                return number
        return None

    async def wait(self) -> int:
        """Take one, however long that lasts."""
        while (number := self.take()) is None:
            await asyncio.sleep(LOCK_POLL_INTERVAL)
        return number

    def free(self) -> None:
        if self.mine is not None:
            self.locks[self.mine].free()
            self.mine = None


class SlotLocks:
    """The slot and the post of one worker, the spare's mark, and the leave to recycle."""

    def __init__(self, run: Path, workers: int) -> None:
        self.slots = LockRow(run / "slots", workers + 1)
        self.posts = LockRow(run / "posts", workers)
        self.spare = SlotLock(run / "spare.lock")
        self.leave = SlotLock(run / "recycle.lock")
        self.left: SlotLock | None = None

    async def wait_for_post(self) -> int:
        """Serve at once, or as soon as somebody makes room; until then be the spare."""
        while (number := self.posts.take()) is None:
            self.spare.take()
            await asyncio.sleep(LOCK_POLL_INTERVAL)
        self.spare.free()
        return number

    def may_leave(self) -> bool:
        """Give the post away, if nobody else is recycling and a spare waits for it.

        The leave is kept until this process ends, so that one recycles at a time.
        """
        if self.left is not None:
            return True
        if not self.leave.take():
            return False
        if self.posts.mine is None or not self.spare.is_taken():
            self.leave.free()
            return False
        self.left = self.posts.locks[self.posts.mine]
        self.posts.free()
        return True

    def is_replaced(self) -> bool:
        """Whether somebody serves at the post we gave away."""
        return self.left is not None and self.left.is_taken()


def rooms_of(post: int, *, posts: int, downloads: int) -> int:
    """A post's share of the downloads that may run at once on this machine."""
    return downloads // posts + (1 if post < downloads % posts else 0)
