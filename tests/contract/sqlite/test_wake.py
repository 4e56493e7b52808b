"""Work that is added at the worst moment of going to sleep wakes the sleeper nevertheless."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procs.core import clock
from procs.records.job import Kind, Lane
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import claimable, leases
from procs.store.jobs.seats import NewJob
from procs.store.wake import WakeSocket
from procs.worker.loop import BACKSTOP
from tests.contract.cycle import enqueue
from tests.contract.place import Place

TIMES = 10_000
NAME = "w00-1"
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
#: Where a job can be added while a worker goes to sleep, in the order of its steps.
GAPS = ("before it is visible", "before it looks", "before it sleeps")


@pytest.fixture
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="ch-", dir=FAST))
    yield Place(folder).make()
    shutil.rmtree(folder)


def add(db: Database, user: int) -> None:
    enqueue(db, [NewJob(user, Lane.HEAVY, Kind.FETCH, LinkPayload())], now=clock.now(), full=False)
    wake.notify_idle(db.run)


class Sleeper:
    """A worker's way to sleep: claim, be visible, look once more, sleep."""

    def __init__(self, db: Database) -> None:
        self.db, self.wake_socket = db, WakeSocket(db.run, NAME)
        self.backstops = 0

    def claim(self) -> list[leases.Lease]:
        self.wake_socket.rise()
        now = clock.now()
        return leases.claim(self.db, worker=1, lane=Lane.HEAVY, room=1, now=now)

    async def next(self, passes: Callable[[str], None]) -> leases.Lease:
        """The next job; `passes` is told of each gap on the way."""
        while True:
            if found := self.claim():
                return found[0]
            passes(GAPS[0])
            self.wake_socket.rest()
            passes(GAPS[1])
            if claimable.ready(self.db, Lane.HEAVY):
                continue
            passes(GAPS[2])
            self.backstops += not await self.wake_socket.wait(BACKSTOP)


async def test_no_wake_up_is_lost_between_looking_and_sleeping(db: Database) -> None:
    sleeper, slowest = Sleeper(db), 0.0
    for n in range(TIMES):
        todo = [GAPS[-1] if n % 4 else GAPS[n // 4 % 2]]

        def passes(gap: str, todo: list[str] = todo, user: int = n) -> None:
            if gap in todo:
                todo.remove(gap)
                add(db, user)

        began = clock.now().boot
        lease = await sleeper.next(passes)
        slowest = max(slowest, clock.now().boot - began)
        with db.write():
            leases.finish(db, lease, now=clock.now())
    sleeper.wake_socket.close()

    assert sleeper.backstops == 0
    assert slowest < BACKSTOP


async def test_a_producer_killed_before_its_byte_costs_one_backstop(
    db: Database, place: Place
) -> None:
    sleeper = Sleeper(db)
    began = clock.now().boot

    lease = await sleeper.next(lambda gap: add_and_die(place) if gap == GAPS[-1] else None)

    assert lease.user == 7
    assert sleeper.backstops == 1
    assert clock.now().boot - began < BACKSTOP + 1
    sleeper.wake_socket.close()


def add_and_die(place: Place) -> None:
    """Another process commits a job and is killed before it says so."""
    child = os.fork()
    if child == 0:
        mine = place.open()
        enqueue(mine, [NewJob(7, Lane.HEAVY, Kind.FETCH, LinkPayload())], now=clock.now())
        os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_the_name_of_a_dead_sleeper_costs_nobody_the_byte(db: Database) -> None:
    gone, there = WakeSocket(db.run, "w00-1"), WakeSocket(db.run, "w01-2")
    for wake_socket in (gone, there):
        wake_socket.rest()
    gone.socket.close()  # its process died: the name and the socket's file stay

    assert wake.notify_idle(db.run, 1) == 1
    assert there.heard()
    there.close()


def test_whoever_is_idle_is_found_though_others_were_woken_before(db: Database) -> None:
    """The names of those are tried first, without a look at who else is there."""
    first, second = WakeSocket(db.run, "w00-1"), WakeSocket(db.run, "w01-2")
    woken, light = [], (Lane.LIGHT,)
    for idle in ([first], [second], [], [first, second]):
        for wake_socket in idle:
            wake_socket.rest(light)
        woken.append(wake.notify_idle(db.run, 3, lanes=light))

    assert woken == [1, 1, 0, 2]
    for wake_socket in (first, second):
        assert len(received(wake_socket)) == 2
        wake_socket.close()


def received(wake_socket: WakeSocket) -> list[bytes]:
    """Every datagram that lies in a socket, equal ones too."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found.append(wake_socket.socket.recv(wake.WORD))
    return found


async def test_a_listener_hears_each_word_that_was_said_at_once(db: Database) -> None:
    ear, told, all_heard = WakeSocket(db.run, NAME), list[bytes](), asyncio.Event()
    said = [b"stop 1", b"stop 2", b"work 0"]

    def hear(words: set[bytes]) -> None:
        told.extend(words)
        if len(told) == len(said):
            all_heard.set()

    with ear.listening(hear):
        for word in said:
            wake.notify(db.run, NAME, word)
        async with asyncio.timeout(5):
            await all_heard.wait()

    assert told == said
    ear.close()


def test_a_worker_is_told_of_lanes_and_of_jobs_that_must_stop() -> None:
    words = [b"work 0", b"stop 17", b".", b"work 1", b"stop 5"]

    assert wake.understood(words) == ({Lane.LIGHT, Lane.HEAVY}, [17, 5])
