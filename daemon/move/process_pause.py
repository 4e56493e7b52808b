"""Stops the processes of a home below their supervisord, and starts them with the settings as they
are written then: so they run on the one database or on the other, whoever was killed meanwhile."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path

from daemon.command_error import NotRunning, Refusal
from daemon.commands import launch
from daemon.console import open_store
from daemon.supervisor import child_environment
from daemon.supervisor.control import ANSWER, ProcessState, Supervisor
from procs import config
from procs.config import Settings
from procs.core import clock
from procs.errors import ChaparError, StoreAway

#: Seconds that a stop may take, beyond which supervisord has killed; that the server of a database
#: is waited for before processes start, which wait for it themselves; and until they run.
STOP_PATIENCE, AWAY_PATIENCE, START_PATIENCE = 180.0, 30.0, 60.0
#: Seconds between two looks, and between two words to a worker that does not end: what is told to
#: one that becomes a program at that instant (execve(2)) is lost.
PAUSE_LOOK, TOLD_AGAIN = 0.1, 1.0
#: Which processes are stopped, in the run directory, until they run again.
PAUSED = "paused.json"
#: The states of a process that supervisord does not start by itself.
DOWN = ("STOPPED", "FATAL", "UNKNOWN")
#: What the guard is told by whoever needs it no more.
DONE = "done"

Say = Callable[[str], None]


@contextmanager
def paused(settings: Settings, say: Say) -> Iterator[None]:
    """No process runs inside, and none is started; jobs that ran are back in the queue. Afterwards
    those run that did before, or that supervisord was about to start again. Raises Refusal where
    they do not stop, or do not run again."""
    run = settings.run
    supervisor = Supervisor(run)
    if not supervisor.is_up():
        with kept_down(settings):
            yield
        return
    began = time.monotonic()
    titles = [one.title for one in supervisor.processes() if one.state not in DOWN]
    remember(run, supervisor.pid(), titles)
    with guarded(run):
        try:
            stop_all(supervisor)
            say(f"stopped: {len(titles)} processes")
            yield
        except BaseException as why:
            resume_beside(run, why)
            raise
        resume(run)
    say(f"they run again, after {time.monotonic() - began:.1f} s")


@contextmanager
def kept_down(settings: Settings) -> Iterator[None]:
    """Nothing of this home runs, and nothing starts meanwhile: it would go on with the database
    before. Raises Refusal."""
    lock = launch.hold(settings)
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def guarded(run: Path) -> Iterator[None]:
    """A process of its own starts the others again when this one is killed, or interrupted while
    it does that itself."""
    words = [sys.executable, "-m", "daemon.move.pause_guard", str(run)]
    guard = subprocess.Popen(words, stdin=subprocess.PIPE, text=True, start_new_session=True)
    assert guard.stdin is not None
    with guard.stdin:
        try:
            yield
        except ChaparError:
            guard.stdin.write(DONE)
            raise
        guard.stdin.write(DONE)
    guard.wait()


def stop_all(supervisor: Supervisor) -> None:
    """Stop every process. From the first word on supervisord starts none again, which it did while
    a worker that had obeyed was not yet told to stop. Raises Refusal."""
    await_end(supervisor, lambda one: one.state not in DOWN)


def await_end(supervisor: Supervisor, awaited: Callable[[ProcessState], bool]) -> None:
    """Wait for the end of processes, of which those are told to stop that were not yet, and the
    workers to do it at once. Raises Refusal where one does not end."""
    began, told = clock.steady(), -inf
    while left := list(filter(awaited, supervisor.processes())):
        if any(one.state != "STOPPING" for one in left):
            supervisor.call("stopAllProcesses", False, timeout=ANSWER)
            told = -inf
        if clock.steady() - told > TOLD_AGAIN:
            told = clock.steady()
            end_workers(supervisor)
        if clock.steady() - began > STOP_PATIENCE:
            names = ", ".join(one.title for one in left)
            raise Refusal(f"after {STOP_PATIENCE:.0f} s there still runs: {names}; see chapar logs")
        time.sleep(PAUSE_LOOK)


def end_workers(supervisor: Supervisor) -> None:
    """Have the workers that stop put their jobs back instead of finishing them."""
    for one in supervisor.processes():
        if one.group == "worker" and one.state == "STOPPING":
            with suppress(NotRunning):
                supervisor.signal_one(one.title, "INT")


def resume_beside(run: Path, why: BaseException) -> None:
    """The same as `resume` when something failed in the pause: where they do not run again, both
    are told. Raises Refusal."""
    try:
        resume(run)
    except ChaparError as error:
        raise Refusal(f"{why or type(why).__name__}; and {error}") from why


def resume(run: Path) -> None:
    """Start the processes that are stopped, on the database that the settings name now, and return
    when they run. Raises BadSettings, StoreError, NotUp, Refusal."""
    titles, supervisor = stopped(run), Supervisor(run)
    if titles:
        bot = child_environment.read(run).get("CHAPAR_WITH_BOT") == "true"
        reading = config.read(need_telegram=bot)
        if reading.settings is None:
            raise config.BadSettings(reading.complaints)
        # None can be started before it has ended.
        await_end(supervisor, lambda one: one.state == "STOPPING")
        prepare(reading.settings)
        child_environment.write(run, launch.environment(reading.settings, reading, bot=bot))
        for title in titles:
            with suppress(NotRunning):  # it runs
                supervisor.start_one(title)
        await_running(supervisor, titles)
    (run / PAUSED).unlink(missing_ok=True)


def prepare(settings: Settings) -> None:
    """Bring the database up to date. Where its server is away for long the processes start all the
    same: each of them waits for it."""
    try:
        open_store.prepare_when_there(settings, launch.aloud, patience=AWAY_PATIENCE)
    except StoreAway:
        launch.aloud("the processes are started, and wait for the database")


def await_running(supervisor: Supervisor, titles: Sequence[str]) -> None:
    """Wait until these processes run. Raises Refusal for one that does not stay up."""
    began = clock.steady()
    while left := [f"{one.title} ({one.state})" for one in down(supervisor, titles)]:
        if clock.steady() - began > START_PATIENCE:
            raise Refusal(f"not all run again: {', '.join(left)}; see chapar logs, chapar doctor")
        time.sleep(PAUSE_LOOK)


def down(supervisor: Supervisor, titles: Sequence[str]) -> list[ProcessState]:
    """Those of these processes that do not run."""
    return [one for one in supervisor.processes() if one.title in titles and one.state != "RUNNING"]


def remember(run: Path, supervisor: int, titles: Sequence[str]) -> None:
    """Write down who will be stopped, besides those that a pause before this one left stopped."""
    everybody = sorted({*titles, *stopped(run)})
    fresh = run / f".{PAUSED}.new"
    fresh.write_text(json.dumps([supervisor, everybody]), encoding="utf-8")
    os.replace(fresh, run / PAUSED)


def stopped(run: Path) -> list[str]:
    """The processes that a pause has stopped, below the supervisord that runs. Raises NotUp."""
    try:
        supervisor, titles = json.loads((run / PAUSED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return list(titles) if supervisor == Supervisor(run).pid() else []
