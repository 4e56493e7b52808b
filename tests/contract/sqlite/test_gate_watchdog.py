"""A process that stands still inside the write gate is found and killed; nobody else is."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from procs.keeper import gate_watchdog
from procs.keeper.gate_watchdog import GateWatchdog
from procs.store.database import Database
from procs.store.sqlite import gate
from tests.contract.place import Place

pytestmark = pytest.mark.sqlite
SPAWN = multiprocessing.get_context("spawn")
Inside = tuple[multiprocessing.process.BaseProcess, Connection]


def stay_inside(place: Place, pipe: Connection) -> None:
    db = place.open()
    with db.write():
        db.change("INSERT INTO waits (scope, until) VALUES ('half', 1)")
        pipe.send("inside")
        pipe.recv()


@pytest.fixture
def inside(place: Place) -> Iterator[Inside]:
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=stay_inside, args=(place, there))
    process.start()
    assert here.recv() == "inside"
    yield process, here
    process.kill()
    process.join()


def freeze(process: multiprocessing.process.BaseProcess) -> None:
    """Stop it, and wait until it stands still: on a busy machine the signal takes a while."""
    os.kill(process.pid or 0, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid or 0, os.WSTOPPED | os.WNOWAIT)


def looks(man: GateWatchdog, seconds: float) -> None:
    """What the doorman sees at the beginning and at the end of so many seconds."""
    now = time.monotonic()
    man.look(now)
    man.look(now + seconds)


def test_a_stopped_holder_is_killed_and_its_half_transaction_undone(
    db: Database, inside: Inside
) -> None:
    process, _ = inside
    freeze(process)

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STOPPED)

    process.join()
    with db.write():
        assert db.all("SELECT * FROM waits") == []


def test_a_holder_that_runs_is_given_more_time(db: Database, inside: Inside) -> None:
    process, pipe = inside

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STOPPED)

    pipe.send("go on")
    process.join()
    assert process.exitcode == 0


def test_a_holder_that_never_leaves_is_killed_at_last(db: Database, inside: Inside) -> None:
    process, _ = inside

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STUCK)

    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_a_free_gate_is_nobodys_fault(db: Database) -> None:
    man = GateWatchdog(db.write_locks())

    looks(man, 3600)

    assert man.suspects() == []


def test_who_only_waits_at_the_gate_is_not_its_holder(
    db: Database, inside: Inside, place: Place
) -> None:
    holder, _ = inside
    here, there = SPAWN.Pipe()
    waiter = SPAWN.Process(target=stay_inside, args=(place, there))
    waiter.start()
    freeze(holder)

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STOPPED)

    holder.join()
    assert here.recv() == "inside"
    here.send("go on")
    waiter.join()
    assert waiter.exitcode == 0


@pytest.fixture
def at_the_door(inside: Inside, place: Place) -> Iterator[Inside]:
    """A second process, which waits for the first to leave."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=stay_inside, args=(place, there))
    process.start()
    while gate.is_free(place.run / gate.DOOR):
        os.sched_yield()
    yield process, here
    process.kill()
    process.join()


def test_who_was_stopped_at_the_door_lets_the_others_in(
    db: Database, inside: Inside, at_the_door: Inside
) -> None:
    holder, pipe = inside
    next_in_line, _ = at_the_door
    freeze(next_in_line)
    pipe.send("go on")
    holder.join()

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STOPPED)

    next_in_line.join()
    assert next_in_line.exitcode == -signal.SIGKILL
    with db.write():
        assert db.all("SELECT COUNT(*) FROM waits") == [(1,)]


def test_who_waits_at_the_door_is_killed_for_nothing(
    db: Database, inside: Inside, at_the_door: Inside
) -> None:
    """However long the one inside takes, who is killed for it is that one."""
    holder, _ = inside
    next_in_line, pipe = at_the_door

    looks(GateWatchdog(db.write_locks()), gate_watchdog.STUCK)

    holder.join()
    assert pipe.recv() == "inside"
    pipe.send("go on")
    next_in_line.join()
    assert (holder.exitcode, next_in_line.exitcode) == (-signal.SIGKILL, 0)
