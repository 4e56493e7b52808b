"""The doorman: a process that stands still inside the write gate holds everybody up, for ever if
it was stopped (SIGSTOP, a freezer, a debugger). It is found and killed; the kernel then opens the
gate, and SQLite rolls its transaction back.

A thread of its own, because the keeper itself may be one of those who wait.
"""

import os
import signal
import threading
import time
from pathlib import Path

from procs import log
from procs.store import gate

#: Seconds between two looks, and while somebody is suspected.
LOOK, CLOSE_LOOK = 1.0, 0.05
#: Seconds inside after which a stopped process is killed, and one that runs.
STOPPED, STUCK = 3.0, 30.0


class Doorman(threading.Thread):
    """Watches the gate of one home until it is sent away."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="doorman", daemon=True)
        self.path = path
        self.gone = threading.Event()
        self.suspect: int | None = None
        self.since = 0.0

    def run(self) -> None:
        while not self.gone.wait(CLOSE_LOOK if self.suspect else LOOK):
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Suspect whoever is inside; forget it as soon as the gate was seen free, or with another
        inside; kill one that has been there too long."""
        inside = None if gate.is_free(self.path) else gate.holder(self.path)
        if inside != self.suspect:
            self.suspect, self.since = inside, now
        if inside is None or now - self.since < (STOPPED if is_stopped(inside) else STUCK):
            return
        log.error("gate.holder-killed", pid=inside, seconds=now - self.since)
        os.kill(inside, signal.SIGKILL)
        self.suspect = None

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
