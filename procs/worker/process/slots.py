"""Slots and posts: who owns which Telegram session, and who serves.

N + 1 workers run. Each holds a *slot*, which owns a Telegram session; N of them hold a *post* and
serve, and the one without a post is the spare: everything imported, signed in, waiting. A worker
that recycles gives its post to the spare first and then finishes its running jobs under its own
session: the number of serving workers never drops, however long the last download takes. All are
kernel locks, which the kernel releases at any death (flock(2)).
"""

import asyncio
from pathlib import Path

from procs.config import Settings
from procs.core.files.close_watch import closes
from procs.core.files.file_lock import LOCK_POLL_INTERVAL, FileLock
from procs.records.job import Lane
from procs.store.jobs import leases

#: Seconds between two attempts of a spare to take a post, which is told of each that is freed.
POST_LOOK = 2.0


class LockRow:
    """Equal locks in a row, of which a process holds at most one."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.locks = [FileLock(folder / f"{number}.lock") for number in range(count)]
        self.mine: int | None = None

    def take(self) -> int | None:
        """Take the first free lock. Returns its number, None when there is none."""
        for number, lock in enumerate(self.locks):
            if lock.take():
                self.mine = number
                return number
        return None

    async def wait(self) -> int:
        """Take one, however long that takes."""
        while (number := self.take()) is None:
            await asyncio.sleep(LOCK_POLL_INTERVAL)
        return number

    def free(self) -> None:
        """Release the one that this process holds; nothing happens without one."""
        if self.mine is not None:
            self.locks[self.mine].free()
            self.mine = None


class SlotLocks:
    """The slot and the post of one worker, the lock of the spare, and the lock that lets one worker
    recycle at a time."""

    def __init__(self, run: Path, workers: int) -> None:
        self.slots = LockRow(run / "slots", workers + 1)
        self.posts = LockRow(run / "posts", workers)
        self.spare = FileLock(run / "spare.lock")
        self.leave = FileLock(run / "recycle.lock")
        self.left: FileLock | None = None

    async def wait_for_post(self) -> int:
        """Take a post, at once or as soon as one is free; until then this worker is the spare."""
        with closes(self.posts.folder) as watch:
            while (number := self.posts.take()) is None:
                self.spare.take()
                await watch.wait(POST_LOOK)
        self.spare.free()
        return number

    def may_leave(self) -> bool:
        """Give the post away, if no other worker recycles and a spare waits for it.

        The lock is kept until this process exits, so that one worker recycles at a time.
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
        """Whether another worker holds the post that this one gave away."""
        return self.left is not None and self.left.is_taken()


def rooms_of(post: int, *, posts: int, downloads: int) -> int:
    """A post's share of the downloads that may run at once on this machine."""
    return downloads // posts + (1 if post < downloads % posts else 0)


def most_of(settings: Settings, lane: Lane) -> int:
    """How many jobs of a lane may run at once, wherever they do. Each of several machines has as
    many rooms as its own setting says; `max_downloads_in_all` bounds them together."""
    if lane is not Lane.HEAVY:
        return leases.ENDLESS
    here = leases.ENDLESS if settings.has_server else settings.max_concurrent_downloads
    return min(here, settings.max_downloads_in_all or leases.ENDLESS)
