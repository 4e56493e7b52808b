"""Real processes on one database: each job once, whoever dies."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from procs.core import clock
from procs.records.job import Lane, State
from procs.store import wake
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases, outcomes, recovery
from tests.contract.conftest import Desk
from tests.contract.place import Place

SPAWN = multiprocessing.get_context("spawn")


def carry(place: Place, pipe: Connection) -> None:
    """A worker that always holds leases, and finishes one for each word it hears."""
    db = place.open()
    me = workers.enter(db, f"w-{os.getpid()}", now=clock.now())
    while True:
        for lease in leases.claim(db, worker=me, lane=Lane.HEAVY, room=2, now=clock.now()):
            pipe.recv()
            outcomes.fail(db, lease, error="none", say="failed-gone", now=clock.now())
            pipe.send(lease.job)


def start(place: Place) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=carry, args=(place, there), daemon=True)
    process.start()
    return process, here


def test_killed_workers_lose_no_job_and_none_is_finished_twice(desk: Desk, place: Place) -> None:
    wanted = {one.job for user in range(40) for one in desk.asks(user, *jobs_of(user))}
    done: list[int] = []

    for _ in range(3):
        crew = [start(place) for _ in range(2)]
        for process, pipe in crew:
            for _ in range(11):
                pipe.send("finish one")
                done.append(pipe.recv())
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        assert recovery.release_dead(desk.db, now=clock.now()) > 0
    rest(desk, done)

    states = {job: state for job, state in desk.db.all("SELECT id, state FROM jobs")}
    assert set(states) == wanted
    assert set(states.values()) <= {State.FAILED, State.DEAD}
    assert len(done) == len(set(done)) == list(states.values()).count(State.FAILED)


def jobs_of(user: int) -> list[str]:
    return [f"{user}-{n}" for n in range(8)]


def rest(desk: Desk, done: list[int]) -> None:
    """Finish what is left, in this process."""
    me = desk.worker()
    while found := desk.claim(me, room=9):
        for lease in found:
            outcomes.fail(desk.db, lease, error="none", say="failed-gone", now=clock.now())
            done.append(lease.job)


def test_a_connection_may_not_cross_a_fork(db: Database) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=try_to_read, args=(db, there))
    child.start()

    assert here.recv() == "a connection may not cross a fork"
    child.join()


def try_to_read(db: Database, pipe: Connection) -> None:
    try:
        db.one("SELECT 1")
    except Exception as error:
        pipe.send(str(error))


async def test_a_poke_wakes_one_idle_worker_only(tmp_path: Path) -> None:
    ears = [wake.WakeSocket(tmp_path, f"w{n}") for n in range(2)]
    for wake_socket in ears:
        wake_socket.rest()

    assert wake.notify_idle(tmp_path, 1) == 1

    heard = [wake_socket.heard() for wake_socket in ears]
    assert sorted(map(len, heard)) == [0, 1]
    for wake_socket in ears:
        wake_socket.close()


async def test_a_word_said_before_sleeping_is_heard(tmp_path: Path) -> None:
    wake_socket = wake.WakeSocket(tmp_path, "w0")

    wake.notify(tmp_path, "w0", b"stop 7")

    assert await wake_socket.wait(10) == {b"stop 7"}
    wake_socket.close()


def test_a_poke_to_nobody_says_so(tmp_path: Path) -> None:
    assert not wake.notify(tmp_path, "nobody")


class Interrupted(Exception):
    """Something that goes wrong between two statements."""


def half_way(db: Database, *, full: bool) -> None:
    with db.write(full=full):
        db.change("INSERT INTO waits (scope, until) VALUES ('a', 1)")
        raise Interrupted


@pytest.mark.parametrize("full", [True, False])
def test_a_failed_transaction_leaves_nothing_and_frees_the_gate(place: Place, full: bool) -> None:
    one, two = place.open(), place.open()

    with pytest.raises(Interrupted):
        half_way(one, full=full)

    with two.write():
        assert two.all("SELECT * FROM waits") == []
    one.close()
    two.close()


async def test_a_worker_without_a_room_for_downloads_is_not_woken_for_one(tmp_path: Path) -> None:
    full, free = wake.WakeSocket(tmp_path, "full"), wake.WakeSocket(tmp_path, "w-free")
    full.rest([Lane.LIGHT])
    free.rest()

    assert wake.notify_idle(tmp_path, 9, lanes=[Lane.HEAVY]) == 1

    assert (len(full.heard()), len(free.heard())) == (0, 1)
    full.close()
    free.close()
