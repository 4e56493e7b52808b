"""The doorman: a process that stands still inside the write gate holds everybody up, for ever if
it was stopped (SIGSTOP, a freezer, a debugger). It is found and killed; the kernel then opens the
gate, and SQLite rolls its transaction back.

A thread of its own, because the keeper itself may be one of those who wait.
"""

import math
import os
import signal
import threading
import time
from pathlib import Path

from procs import log
from procs.store import gate

#: Seconds between two looks, and while somebody is suspected.
GATE_INTERVAL, SUSPECT_INTERVAL = 1.0, 0.05
#: Seconds inside after which a stopped process is killed, and one that runs.
STOPPED, STUCK = 3.0, 30.0


class Watch:
    """One lock, who has it, and since when."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path
        #: Seconds after which a process that runs is killed.
        self.patience = patience
        self.suspect: int | None = None
        self.since = 0.0

    def look(self, now: float) -> None:
        """Suspect whoever has it; forget it as soon as the lock was seen free, or with another;
        kill one that has had it too long."""
        holder = None if gate.is_free(self.path) else gate.holder(self.path)
        if holder != self.suspect:
            self.suspect, self.since = holder, now
        if holder is None or now - self.since < (STOPPED if is_stopped(holder) else self.patience):
            return
        log.error("gate.holder-killed", pid=holder, lock=self.path.name, seconds=now - self.since)
        os.kill(holder, signal.SIGKILL)
        self.suspect = None


class Doorman(threading.Thread):
    """Watches the gate of one home, and the door before it, until it is sent away. Who stands at
    the door and runs only waits for the gate."""

    def __init__(self, run: Path) -> None:
        super().__init__(name="doorman", daemon=True)
        self.watches = (Watch(run / gate.GATE, STUCK), Watch(run / gate.DOOR, math.inf))
        self.gone = threading.Event()

    def run(self) -> None:
        while not self.gone.wait(SUSPECT_INTERVAL if self.suspects() else GATE_INTERVAL):
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        for watch in self.watches:
            watch.look(now)

    def suspects(self) -> list[int]:
        """Who is watched closely."""
        return [watch.suspect for watch in self.watches if watch.suspect]

    def leave(self) -> None:
        self.gone.set()
        self.join()


def is_stopped(pid: int) -> bool:
    """Whether a process stands still by a signal or a debugger (states T and t of proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat[stat.rindex(b")") + 2 :][:1] in (b"T", b"t")
