"""What the doctor finds of processes that run: stopped by a signal, or without an answer."""

import os
import signal
import subprocess

import pytest

from daemon.doctor.doctor_facts import DoctorFacts
from daemon.supervisor.control import ProcessState
from procs.core import clock
from procs.store import wake
from procs.store.database import open_database
from procs.store.health import round_trips, workers
from procs.store.jobs import pauses
from tests.unit.daemon.doctor.conftest import of


@pytest.fixture
def stopped():
    """A process that a signal stopped."""
    process = subprocess.Popen(["sleep", "60"])
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    yield process
    process.kill()
    process.wait()


def test_a_worker_and_a_bot_that_a_signal_stopped_are_named_with_the_way_on(
    visit, home, monkeypatch, stopped
):
    db, now = open_database(f"sqlite:///{home}/chapar.db", run=home / "run"), clock.now()
    worker = workers.enter(db, "w00-1", now=now)
    workers.serve(db, worker, slot=0, now=clock.Now(now.wall, now.boot - 40))
    facts = {"pid": stopped.pid, "started": workers.start_of(stopped.pid)}
    with db.write():
        db.change("UPDATE workers SET pid = :pid, started = :started", facts)
    db.close()
    bot = ProcessState("bot", "bot", "RUNNING", stopped.pid, 1000.0, 1900.0)
    monkeypatch.setattr(DoctorFacts, "processes", [bot])

    found = visit()

    wrong = [one for one in (*of(found, "workers"), *of(found, "bot")) if "CONT" in one.fix]
    assert [one.fix for one in wrong] == [f"kill -CONT {stopped.pid}"] * 2
    assert [one.says for one in wrong] == [
        "worker w00-1 was stopped by a signal",
        "the bot was stopped by a signal, so nobody is answered",
    ]


@pytest.mark.parametrize(
    ("result", "age", "up_for", "seen"),
    [
        ("answered", 5, 900, ""),
        ("away", 5, 900, "Telegram does not answer it"),
        ("answered", 200, 900, "no round trip to Telegram for 200 s"),
        ("answered", 200, 20, ""),  # of the bot before this one
    ],
)
def test_a_bot_is_well_when_telegram_answers_it(
    visit, home, monkeypatch, result, age, up_for, seen
):
    now = clock.now()
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    round_trips.note(db, result, now=clock.Now(now.wall, now.boot - age))
    db.close()
    bot = ProcessState("bot", "bot", "RUNNING", os.getpid(), now.wall - up_for, now.wall)
    monkeypatch.setattr(DoctorFacts, "processes", [bot])
    socket = wake.WakeSocket(home / "run", wake.BOT)

    (found,) = of(visit(), "bot")

    socket.close()
    wanted = ("the bot hears nothing of Telegram, so nobody is answered", seen)
    well = ("connected; the panel answers", f"pid {os.getpid()}")
    assert (found.says, found.evidence) == (wanted if seen else well)


def test_a_pause_has_the_command_that_ends_it(visit, home):
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    with db.write():
        for scope in (pauses.ALL, pauses.machine("m2"), pauses.site("youtube"), pauses.user(7)):
            pauses.begin(db, scope, why="drain", now=clock.now())
    db.close()

    assert [one.fix for one in of(visit(), "pauses")] == [
        "chapar resume",
        "chapar resume --machine m2",
        "chapar resume --site youtube",
        "chapar resume --user 7",
    ]
