"""A storm of kills over real worker processes: every job ends, each once, whoever dies when.

CHAPAR_STORM=full is a longer one: 6,000 jobs, 160 kills.
"""

import multiprocessing
import os
import select
import shutil
import signal
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import LeaseLost
from procs.records.job import Kind, Lane, Lease, State
from procs.records.job_payload import DeliverPayload
from procs.store.backups.invariants import audit
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases, recovery
from procs.store.jobs.seats import NewJob
from tests.contract.cycle import enqueue
from tests.contract.place import Place

FULL = os.environ.get("CHAPAR_STORM") == "full"
JOBS, KILLS = (6000, 160) if FULL else (1500, 40)
USERS, CREW, ROOM = 60, 4, 3
#: Seconds: how long a lease of this storm lasts, a sleeper sleeps, a job and the storm take.
TTL, SLEEP, JOB, PATIENCE = 0.4, 0.8, 0.004, 120.0
#: The share of rounds in which a worker falls asleep with its leases in hand.
SLEEPERS = 0.02
FORK = multiprocessing.get_context("fork")


def short(now: Now) -> Now:
    """The same instant for a lease that is to last TTL seconds only."""
    return Now(now.wall, now.boot - leases.LEASE + TTL)


def work(place: Place, told: Connection) -> None:
    """A worker: claims, beats, finishes, until it is killed. It tells each end that was taken."""
    db = place.open()
    me = workers.enter(db, f"w-{os.getpid()}", now=clock.now())
    dice = Random(me)
    while True:
        held = leases.claim(db, worker=me, lane=Lane.LIGHT, room=ROOM, now=short(clock.now()))
        leases.renew(db, worker=me, now=clock.now(), ttl=TTL)
        select.select([], [], [], JOB)
        if held and dice.random() < SLEEPERS:
            told.send(("asleep", os.getpid()))
            os.kill(os.getpid(), signal.SIGSTOP)
        for lease in held:
            told.send((finish(db, lease), lease.job))


def finish(db: Database, lease: Lease) -> str:
    try:
        leases.finish(db, lease, now=clock.now())
    except LeaseLost:
        return "refused"
    return "done"


@dataclass
class Storm:
    """The crew, and what it told."""

    db: Database
    place: Place
    dice: Random = field(default_factory=lambda: Random(7))
    crew: dict[Connection, multiprocessing.process.BaseProcess] = field(default_factory=dict)
    asleep: dict[int, float] = field(default_factory=dict)
    told: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    kills: int = 0

    def hire(self) -> None:
        here, there = FORK.Pipe(duplex=False)
        process = FORK.Process(target=work, args=(self.place, there), daemon=True)
        process.start()
        there.close()
        self.crew[here] = process

    def listen(self, seconds: float) -> None:
        for pipe in wait(list(self.crew), seconds):
            self.hear(pipe)  # type: ignore[arg-type]

    def hear(self, pipe: Connection) -> None:
        while pipe.poll():
            try:
                word, job = pipe.recv()
            except EOFError:
                return
            self.told[word].append(job)
            if word == "asleep":
                self.asleep[job] = clock.now().boot + SLEEP

    def left(self) -> int:
        return int(self.db.all("SELECT COUNT(*) FROM jobs WHERE state < 20")[0][0])

    def strike(self) -> None:
        """Kill one and hire another; asleep ones too, once one woke too late and was refused."""
        awake = [pipe for pipe, one in self.crew.items() if one.pid not in self.asleep]
        among = awake if awake and not self.told["refused"] else list(self.crew)
        self.kill(self.dice.choice(among))
        self.hire()
        self.kills += 1

    def kill(self, pipe: Connection) -> None:
        process = self.crew.pop(pipe)
        process.kill()
        process.join()
        self.hear(pipe)
        self.asleep.pop(process.pid or 0, None)
        pipe.close()

    def end(self) -> None:
        for pipe in list(self.crew):
            self.kill(pipe)

    def keep(self) -> None:
        """What the keeper does, and the end of sleeps."""
        now = clock.now()
        recovery.release_dead(self.db, now=now)
        recovery.reap(self.db, now=now)
        for pid in [pid for pid, until in self.asleep.items() if until < now.boot]:
            os.kill(pid, signal.SIGCONT)
            del self.asleep[pid]


@pytest.fixture
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="ch-"))
    yield Place(folder).make()
    shutil.rmtree(folder)


def test_a_storm_loses_no_job_and_no_job_ends_twice(place: Place, db: Database) -> None:
    """Light jobs, as a download that lost two workers would be left alone."""
    new = [NewJob(n % USERS, Lane.LIGHT, Kind.DELIVER, DeliverPayload()) for n in range(JOBS)]
    wanted = set(enqueue(db, new, now=clock.now()))
    storm = Storm(db, place)

    try:
        findings = rage(storm)
    finally:
        storm.end()

    done = storm.told["done"]
    assert findings == []
    assert storm.kills == KILLS
    assert len(storm.told["refused"]) > 0
    assert len(done) == len(set(done))
    assert len(wanted - set(done)) <= KILLS * ROOM  # ended, but killed before they could tell
    assert dict(db.all("SELECT id, state FROM jobs")) == dict.fromkeys(wanted, State.DONE)
    assert db.all("SELECT id FROM jobs WHERE story LIKE '% done%done%'") == []


def rage(storm: Storm) -> list[str]:
    """Kills spread over the jobs, and an audit after each look, until all is done."""
    findings = []
    until = clock.now().boot + PATIENCE
    for _ in range(CREW):
        storm.hire()
    while (left := storm.left()) or storm.asleep or storm.kills < KILLS:
        assert clock.now().boot < until, f"{left} jobs never ended"
        storm.listen(0.02)
        if storm.kills < KILLS and left <= JOBS * (1 - storm.kills / KILLS):
            storm.strike()
        storm.keep()
        findings += audit(storm.db)
    return findings
