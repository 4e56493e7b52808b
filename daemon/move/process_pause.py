"""Stops the processes of a home below their supervisord, and starts them with the settings as they
are written then: so they run on the one database or on the other, whoever was killed meanwhile."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from daemon.commands import launch
from daemon.console import open_store
from daemon.supervisor import child_environment
from daemon.supervisor.control import Supervisor
from procs import config

#: Seconds that a stop may take, beyond which supervisord has killed.
STOP_PATIENCE = 180.0
#: What the guard is told by whoever starts the processes itself.
DONE = "done"


@contextmanager
def paused(run: Path, say: Callable[[str], None]) -> Iterator[None]:
    """No process runs inside; jobs that ran are back in the queue. Afterwards those run that did
    before, or that supervisord was about to start again. Nothing where none runs."""
    supervisor = Supervisor(run)
    if not supervisor.is_up():
        yield
        return
    titles = [one.title for one in supervisor.processes() if one.state != "STOPPED"]
    began = time.monotonic()
    with guarded(run, titles):
        supervisor.signal("worker", "INT")
        supervisor.call("stopAllProcesses", True, timeout=STOP_PATIENCE)
        say(f"stopped: {len(titles)} processes")
        try:
            yield
        finally:
            resume(run, titles)
    say(f"they run again, after {time.monotonic() - began:.1f} s")


@contextmanager
def guarded(run: Path, titles: Sequence[str]) -> Iterator[None]:
    """A process of its own starts the others again when this one is killed."""
    words = [sys.executable, "-m", "daemon.move.pause_guard", str(run)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, text=True, start_new_session=True) as guard:
        assert guard.stdin is not None
        guard.stdin.write(json.dumps(titles) + "\n")
        guard.stdin.flush()
        yield
        guard.stdin.write(DONE + "\n")


def resume(run: Path, titles: Sequence[str]) -> None:
    """Start processes on the database that the settings name now. Raises BadSettings, StoreError,
    NotUp."""
    bot = child_environment.read(run).get("CHAPAR_WITH_BOT") == "true"
    reading = config.read(need_telegram=bot)
    if reading.settings is None:
        raise config.BadSettings(reading.complaints)
    open_store.prepare_when_there(reading.settings, launch.aloud)
    child_environment.write(run, launch.environment(reading.settings, reading, bot=bot))
    supervisor = Supervisor(run)
    stopped = {one.title for one in supervisor.processes() if not one.pid}
    for title in titles:
        if title in stopped:
            supervisor.call("startProcess", title, False, timeout=STOP_PATIENCE)
