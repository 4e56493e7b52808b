"""`chapar status` names the processes that run and do not answer."""

import dataclasses
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from daemon.answers import status_facts
from daemon.commands import status
from daemon.console import silent_processes
from daemon.supervisor.control import ProcessState
from procs.core import clock
from procs.store.health import round_trips, workers
from procs.store.reports.system_report import overview


@pytest.fixture
def sleeper() -> Iterator[int]:
    """The pid of a process that runs."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def worker(db, sleeper) -> int:
    """The row of a worker at a post, whose process that is."""
    number = workers.enter(db, "w00-1", now=clock.now())
    workers.serve(db, number, slot=0, now=clock.now())
    with db.write():
        db.change("UPDATE workers SET pid = :pid", {"pid": sleeper})
    return number


def process(pid: int, group: str = "worker") -> ProcessState:
    name = f"{group}-00" if group == "worker" else group
    return ProcessState(group, name, "RUNNING", pid=pid, since=0.0, now=1000.0)


def seen(db, settings, *processes: ProcessState) -> status.Status:
    now = status.Status(settings, list(processes), overview(db, now=clock.now()))
    return dataclasses.replace(now, silent=silent_processes.find(db, processes, now.rows))


def test_a_worker_that_a_signal_stopped_is_named_at_once(db, settings, sleeper, worker):
    os.kill(sleeper, signal.SIGSTOP)
    os.waitpid(sleeper, os.WUNTRACED)

    now = seen(db, settings, process(sleeper))

    assert not now.all_run
    assert now.idle_all
    assert f"kill -CONT {sleeper}" in status.render(now)
    assert "NO WORKER SERVES\nworker:worker-00" in status.render(now)
    assert status_facts.wrong(now)[0] == "worker:worker-00 was stopped by a signal"


def test_a_worker_whose_heartbeat_is_too_old_is_named(db, settings, sleeper, worker):
    late = dataclasses.replace(clock.now(), boot=clock.now().boot - 36.0)
    workers.beat(db, worker, jobs=0, now=late)

    now = seen(db, settings, process(sleeper))

    assert now.idle_all
    assert "has sent no heartbeat for 3" in now.missing[0]


def test_a_worker_whose_heartbeat_is_late_by_a_moment_serves(db, settings, sleeper, worker):
    late = dataclasses.replace(clock.now(), boot=clock.now().boot - 17.0)
    workers.beat(db, worker, jobs=0, now=late)

    now = seen(db, settings, process(sleeper))

    assert now.all_run
    assert now.serving == 1


def test_a_bot_that_asks_telegram_nothing_any_more_is_named(db, settings, sleeper):
    late = dataclasses.replace(clock.now(), boot=clock.now().boot - 130.0)
    round_trips.note(db, round_trips.ANSWERED, now=late)

    now = seen(db, settings, process(sleeper, "bot"))

    assert not now.all_run
    assert "bot has asked Telegram nothing for 3 minutes" in status_facts.wrong(now)


def test_a_bot_that_finds_no_way_to_telegram_answers(db, settings, sleeper):
    round_trips.note(db, round_trips.AWAY, now=clock.now())

    assert seen(db, settings, process(sleeper, "bot")).silent == []
