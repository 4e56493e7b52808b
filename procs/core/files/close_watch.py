"""Tells that a file of a folder was closed by somebody who could write it: the kernel does that at
any death too (inotify(7)). Who waits for a lock of another process sleeps meanwhile."""

import asyncio
import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

#: <sys/inotify.h>
IN_CLOSE_WRITE = 0x8
#: Bytes of events that are read at once; what they say is not looked at.
EVENTS = 4096
#: Seconds between two looks where the kernel watches no more folders for this user.
UNWATCHED_LOOK = 0.2
#: Seconds until the next look after an event: a file is told of just before its locks are free.
SOON = (0.0, 0.005, 0.05, 0.2)


class CloseWatch:
    """Waits for events of one folder, in the running loop."""

    def __init__(self, file: int | None) -> None:
        self.file = file
        self.told = asyncio.Event()
        self.soon: list[float] = []

    async def wait(self, patience: float) -> None:
        """Wait until something was closed, for a moment longer after that, or for `patience`
        seconds: it is worth to look now."""
        if self.file is None:
            return await asyncio.sleep(min(patience, UNWATCHED_LOOK))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.soon.pop(0) if self.soon else patience):
                await self.told.wait()
                self.soon = list(SOON)
        self.told.clear()

    def hear(self) -> None:
        """Take the events, and end the wait."""
        assert self.file is not None
        with contextlib.suppress(BlockingIOError):
            os.read(self.file, EVENTS)
        self.told.set()


@contextlib.contextmanager
def closes(folder: Path) -> Iterator[CloseWatch]:
    """Watch a folder from now on; it is made where it is not there."""
    folder.mkdir(exist_ok=True, mode=0o700)
    watch = CloseWatch(opened(folder))
    if watch.file is None:
        yield watch
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(watch.file, watch.hear)
    try:
        yield watch
    finally:
        loop.remove_reader(watch.file)
        os.close(watch.file)


def opened(folder: Path) -> int | None:
    """A descriptor that tells; None where the kernel gives none."""
    libc = ctypes.CDLL(None, use_errno=True)
    file = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if file < 0:
        return None
    if libc.inotify_add_watch(file, os.fsencode(folder), IN_CLOSE_WRITE) < 0:
        os.close(file)
        return None
    return int(file)
