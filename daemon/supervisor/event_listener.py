"""Reads supervisord's events of deaths, and releases a dead worker's leases at once.

Without it a killed worker's jobs would wait until their leases end, up to a minute; the keeper's
reaping stays as the second net. `python -m daemon.supervisor.event_listener`, an event listener:
it says READY, reads one event, answers OK (supervisord's manual, "Events"). Standard output
belongs to that protocol, so everything else, a stray print of a library included, is sent to
standard error.
"""

import os
import select
import sys
from collections.abc import Mapping
from typing import BinaryIO

from procs import config, start
from procs.config import Settings
from procs.core import clock, log, process
from procs.core.files import event_file
from procs.core.memory import unused_heap
from procs.errors import StoreError
from procs.store import wake
from procs.store.jobs import recovery

#: The event of a stop of everything, and what a process's events begin with.
STOPPING, STATE = "SUPERVISOR_STATE_CHANGE_STOPPING", "PROCESS_STATE_"
#: States in which a process no longer runs, or is not the one it was.
GONE = {f"PROCESS_STATE_{state}" for state in ("EXITED", "BACKOFF", "STOPPED", "FATAL", "UNKNOWN")}
#: Whose processes hold leases.
HOLDERS = ("worker", "bot")
#: What the monitor is told of.
NOTED = {"died", "FATAL", "RUNNING", "STOPPED"}
#: Seconds until a failed release is tried again when nothing else happens.
RELEASE_RETRY = 1.0


def main() -> None:
    """Listen until supervisord closes the pipe."""
    process.keep_private()
    answers = take_standard_output()
    settings = config.load(need_telegram=False)
    log.start(settings.log_level, settings.log_form)
    log.info("watch.started", pid=os.getpid())
    listen(settings, sys.stdin.buffer, answers)


def take_standard_output() -> BinaryIO:
    """The pipe to supervisord; whatever is printed later goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def listen(settings: Settings, events: BinaryIO, answers: BinaryIO) -> None:
    """Read one event after the other. Workers that died before it started are released first."""
    event_file.append(settings.run / event_file.STATES, event_file.SERVICE, event_file.RUNS)
    owed = not release(settings, why="start")
    unused_heap.give_back()
    answers.write(b"READY\n")
    while True:
        if owed and not select.select([events], [], [], RELEASE_RETRY)[0]:
            owed = not release(settings, why="again")
            continue
        header = events.readline()
        if not header:
            return
        event = facts(header.decode())
        what = facts(events.read(int(event["len"])).decode())
        if event["eventname"] == STOPPING:
            event_file.append(
                settings.run / event_file.STATES, event_file.SERVICE, event_file.STOPS
            )
        elif event["eventname"].startswith(STATE):
            note(settings, event["eventname"].removeprefix(STATE), what)
        if event["eventname"] in GONE and what["groupname"] in HOLDERS:
            owed = not release(settings, why=f"{what['processname']}:{event['eventname'][14:]}")
        answers.write(b"RESULT 2\nOKREADY\n")


def note(settings: Settings, state: str, what: Mapping[str, str]) -> None:
    """Note what became of a process, where the monitor reads it: deaths that nobody asked for, and
    what supervisord gave up."""
    died = state == "BACKOFF" or (state == "EXITED" and what.get("expected") == "0")
    word = "died" if died else state
    if word in NOTED:
        event_file.append(settings.run / event_file.STATES, what["processname"], word)


def facts(line: str) -> Mapping[str, str]:
    """The `key:value` words of a header or of an event."""
    return dict(word.split(":", 1) for word in line.split())


def release(settings: Settings, *, why: str) -> bool:
    """Take back what dead workers held, and wake as many idle ones. False when it must be tried
    again. The database is opened each time: deaths are rare, and memory is not free."""
    try:
        db = start.open_store(settings)
        try:
            freed = recovery.release_dead(db, now=clock.now())
        finally:
            db.close()
    except StoreError as error:
        log.error("watch.failed", why=why, error=str(error))
        return False
    if freed:
        log.info("leases.released", why=why, jobs=freed)
        wake.notify_idle(settings.run, count=freed)
    return True


if __name__ == "__main__":
    main()
