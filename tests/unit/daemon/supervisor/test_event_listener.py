"""The event listener: its protocol on standard output, dead workers' leases back at once."""

import os
import subprocess
import sys

import pytest

from daemon.supervisor import event_listener
from procs import config, start
from procs.core import clock
from procs.core.files import event_file
from procs.core.files.event_file import STATES
from procs.records.job import Ask, Lane, Link
from procs.store.database import open_database
from procs.store.health import workers
from procs.store.jobs import leases, recovery, seats
from procs.store.reports.system_report import overview
from procs.store.requests import requests
from tests import ROOT
from tests.fresh_database import fresh

#: The answer to each event.
DONE = b"RESULT 2\nOKREADY\n"
PAYLOAD = b"processname:worker-01 groupname:worker from_state:RUNNING expected:0 pid:4711"


def event(name, payload=PAYLOAD):
    head = f"ver:3.0 server:chapar serial:1 pool:watch poolserial:1 eventname:{name} "
    return f"{head}len:{len(payload)}\n".encode() + payload


@pytest.fixture
def home(short_home):
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    return short_home


@pytest.fixture
def listener(home):
    """The real process, its pipes held by us as supervisord would."""
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon.supervisor.event_listener"],
        cwd=ROOT,
        env={**os.environ, "CHAPAR_HOME": str(home), "CHAPAR_ENV_FILE": os.devnull},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.read(6) == b"READY\n"
    yield process
    process.communicate(timeout=10)


@pytest.fixture
def db(home):
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    yield db
    db.close()


def carry_off(db):
    """A job in the hands of a worker process that has ended since."""
    ask = Ask(1, 1, 1, 0, Link("http://x.test/a", "x.test", "url:1"))
    requests.submit(db, [ask], now=clock.now())
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        mine = open_database(f"sqlite:///{db.path}", run=db.run)
        worker = workers.enter(mine, "w01-1", now=clock.now())
        (lease,) = leases.claim(mine, worker=worker, lane=Lane.HEAVY, room=1, now=clock.now())
        os.write(writer, str(lease.job).encode())
        os._exit(0)
    job = int(os.read(reader, 20))
    os.waitpid(pid, 0)
    os.close(reader)
    os.close(writer)
    return job


def jobs(db):
    """(queued, leased)"""
    counts = overview(db, now=clock.now()).jobs["heavy"]
    return counts.get("queued", 0), counts.get("leased", 0)


def say(process, what):
    process.stdin.write(what)
    process.stdin.flush()
    return process.stdout.read(len(b"RESULT 2\nOKREADY\n"))


def test_a_dead_workers_job_is_queued_again_at_its_death(listener, db):
    carry_off(db)
    assert jobs(db) == (0, 1)

    assert say(listener, event("PROCESS_STATE_EXITED")) == b"RESULT 2\nOKREADY\n"
    assert jobs(db) == (1, 0)


def test_other_events_are_answered_and_change_nothing(listener, db):
    carry_off(db)

    assert say(listener, event("PROCESS_STATE_RUNNING")) == b"RESULT 2\nOKREADY\n"
    keeper = PAYLOAD.replace(b"worker", b"keeper")
    assert say(listener, event("PROCESS_STATE_EXITED", keeper)) == b"RESULT 2\nOKREADY\n"
    assert jobs(db) == (0, 1)


def test_what_a_dead_bot_held_is_queued_again_at_its_death(listener, db):
    carry_off(db)

    bot = PAYLOAD.replace(b"worker", b"bot")
    assert say(listener, event("PROCESS_STATE_EXITED", bot)) == b"RESULT 2\nOKREADY\n"
    assert jobs(db) == (1, 0)


def test_a_stop_of_everything_is_noted_until_it_starts_again(listener, home):
    before = event_file.is_stopping(home / "run")

    assert say(listener, event("SUPERVISOR_STATE_CHANGE_STOPPING", b"")) == DONE
    assert (before, event_file.is_stopping(home / "run")) == (False, True)

    event_file.append(home / "run" / STATES, event_file.SERVICE, event_file.RUNS)
    assert not event_file.is_stopping(home / "run")


def test_a_death_before_it_listened_is_seen_at_the_start(home, db, request):
    carry_off(db)
    request.getfixturevalue("listener")
    assert jobs(db) == (1, 0)


def test_it_ends_when_supervisord_is_gone(listener):
    listener.stdin.close()
    assert listener.wait(timeout=10) == 0
    listener.stdin = None


@pytest.fixture
def five(home):
    """Settings that let a user have five downloads at once."""
    environ = {"CHAPAR_HOME": str(home), "CHAPAR_MAX_DOWNLOADS_PER_USER": "5"}
    return config.load(environ, env_file=None, need_telegram=False)


def ask_for(db, count):
    asks = [Ask(1, 1, n, 0, Link(f"http://x.test/{n}", "x.test", f"url:{n}")) for n in range(count)]
    requests.submit(db, asks, now=clock.now())


def lease_in_a_process_that_ends(settings, room):
    """So many downloads in the hands of a worker process that has ended since: their numbers."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        db = start.open_store(settings)
        worker = workers.enter(db, "w01-1", now=clock.now())
        held = leases.claim(db, worker=worker, lane=Lane.HEAVY, room=room, now=clock.now())
        os.write(writer, " ".join(str(one.job) for one in held).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    jobs = os.read(reader, 200).decode().split()
    os.close(reader)
    os.close(writer)
    return [int(job) for job in jobs]


@pytest.mark.parametrize("stopped", range(5))
def test_a_seat_that_a_dead_worker_frees_is_given_to_who_waits_at_the_configured_cap(five, stopped):
    db = start.open_store(five)
    ask_for(db, 6)
    held = lease_in_a_process_that_ends(five, room=6)
    recovery.cancel(db, held[stopped], now=clock.now())

    assert event_listener.release(five, why="test")

    counts = overview(db, now=clock.now()).jobs["heavy"]
    assert (len(held), counts["queued"], counts.get("waiting", 0)) == (5, 5, 0)
    db.close()


def test_a_cap_that_a_restart_raises_starts_at_once_who_waits(home, five, db):
    ask_for(db, 6)
    assert jobs(db) == (2, 0)

    start.open_store(five).close()

    assert jobs(db) == (5, 0)


def test_who_opens_the_database_without_settings_goes_by_those_of_the_start(home, five, db):
    start.open_store(five).close()

    assert seats.cap(db, 1, Lane.HEAVY) == 5


def test_words_of_an_event():
    found = event_listener.facts(PAYLOAD.decode())
    assert (found["processname"], found["groupname"]) == ("worker-01", "worker")
