"""Kills a process that stands still inside the write gate: it blocks every writer, for ever if it
was stopped (SIGSTOP, a freezer, a debugger). The kernel then releases the lock, and the database
rolls its transaction back.

The watchdog has a thread of its own, because the keeper itself may wait at the gate.
"""

import math
import os
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from procs.core import log
from procs.store.database import WriteLock

#: Seconds between two looks, and while somebody is suspected.
GATE_INTERVAL, SUSPECT_INTERVAL = 1.0, 0.05
#: Seconds inside after which a stopped process is killed, and one that runs.
STOPPED, STUCK = 3.0, 30.0


class LockWatch:
    """One lock, who has it, and since when."""

    def __init__(self, lock: WriteLock) -> None:
        self.lock = lock
        #: Seconds after which a process that runs is killed.
        self.patience = math.inf if lock.is_queue else STUCK
        self.suspect: int | None = None
        self.since = 0.0

    def look(self, now: float) -> None:
        """Suspect whoever has it; forget it as soon as the lock was seen free, or with another;
        kill one that has had it too long."""
        holder = self.lock.holder()
        if holder != self.suspect:
            self.suspect, self.since = holder, now
        if holder is None or now - self.since < (STOPPED if is_stopped(holder) else self.patience):
            return
        log.error("gate.holder-killed", pid=holder, lock=self.lock.name, seconds=now - self.since)
        os.kill(holder, signal.SIGKILL)
        self.suspect = None


class GateWatchdog(threading.Thread):
    """Watches the locks that writers of one database pass, until it is sent away."""

    def __init__(self, locks: Iterable[WriteLock]) -> None:
        super().__init__(name="doorman", daemon=True)
        self.watches = [LockWatch(lock) for lock in locks]
        self.gone = threading.Event()

    def run(self) -> None:
        while not self.gone.wait(SUSPECT_INTERVAL if self.suspects() else GATE_INTERVAL):
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Look at both locks; `now` is on the monotonic clock."""
        for watch in self.watches:
            watch.look(now)

    def suspects(self) -> list[int]:
        """The processes that are watched closely."""
        return [watch.suspect for watch in self.watches if watch.suspect]

    def leave(self) -> None:
        """End the thread."""
        self.gone.set()
        self.join()


def is_stopped(pid: int) -> bool:
    """Whether a signal or a debugger stopped a process (states T and t of proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat[stat.rindex(b")") + 2 :][:1] in (b"T", b"t")
