"""The store and the model of it, side by side: what is done to one is done to the other."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from procs.core import codec
from procs.errors import LeaseLost
from procs.records import job_progress
from procs.records.job import Ask, Lane, Lease, Link, Person, State
from procs.store.backups.invariants import audit
from procs.store.database import Database
from procs.store.jobs import leases
from procs.store.people import users
from procs.store.reports import job_record
from procs.store.requests import requests
from tests import store_acts
from tests.contract.conftest import Clock, Desk
from tests.contract.model import Job, Model
from tests.contract.place import Place

#: A file system in memory: the walks try the rules, not the disk.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
JOBS = (
    "SELECT id, user_id, lane, state, seat, fence, attempt, deaths, blame, worker, stop FROM jobs"
    " ORDER BY id"
)
RING = "SELECT id FROM jobs WHERE state = 0 AND lane = :lane ORDER BY at, id"
TIMES = "SELECT id, at FROM jobs WHERE state IN (1, 2)"
USERS, SITES = (1, 2, 3), ("a.example", "b.example")
T = TypeVar("T")


def link(name: int) -> Link:
    site = SITES[name % len(SITES)]
    return Link(f"https://{site}/{name}", site, f"url:{name}")


def pick(things: Sequence[T], which: int) -> T:
    return things[-1 - which % len(things)]


def note(db: Database, lease: Lease, size: int) -> None:
    lease.progress.size = size
    leases.note(db, lease)


def written(lease: Lease) -> dict[str, Any]:
    """A lease's progress as its row has it."""
    return codec.load(job_progress.encode(lease.progress))


class Worlds(RuleBasedStateMachine):
    """Does one thing to both, and holds their answers and what is in them against each other."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ch-", dir=FAST))
        self.clock = Clock()
        self.place = Place(self.folder).make()
        self.desk = Desk(self.place.open(), self.clock)
        self.db = self.desk.db
        self.model = Model(cap=2)
        self.leases: list[Lease] = []
        self.lowered: set[int] = set()
        self.workers = [self.desk.worker(f"w{n:02d}-1") for n in range(3)]
        for user in USERS:
            users.remember(self.db, Person(user), now=self.clock.now())

    def teardown(self) -> None:
        self.db.close()
        self.place.remove()
        shutil.rmtree(self.folder)

    def both(self, act: Callable[..., Any], meant: Callable[..., Any]) -> None:
        """One instant, two worlds, one answer, and then two worlds that are still equal."""
        self.model.now = self.clock.now()
        assert act(now=self.model.now) == meant()
        self.compare()

    def compare(self) -> None:
        model = self.model
        assert audit(self.db, lowered=self.lowered) == []
        assert self.db.all(JOBS) == [job.row() for job in model.jobs.values()]
        assert self.db.all("SELECT id, state, job FROM requests ORDER BY id") == [
            (one.id, one.state, one.job) for one in model.requests.values()
        ]
        for lane in Lane:
            turns = [job.id for job in model.ring(lane)]
            assert [row[0] for row in self.db.all(RING, {"lane": int(lane)})] == turns
        times = {job.id: job.at for job in model.of(State.LEASED) + model.of(State.LATER)}
        assert dict(self.db.all(TIMES)) == pytest.approx(times, abs=1e-6)

    def ask(self, user: int, names: list[int]) -> None:
        self.desk.messages += 1
        asks = [Ask(user, user, self.desk.messages, n, link(m)) for n, m in enumerate(names)]
        self.both(
            lambda now: [one.outcome for one in requests.submit(self.db, asks, now=now)],
            lambda: self.model.submit(asks),
        )

    def revive(self, job: Job) -> None:
        self.both(
            lambda now: job_record.retry(self.db, job.id, now=now), lambda: self.model.revive(job)
        )

    def cancel_for_all(self, job: Job) -> None:
        self.both(
            lambda now: store_acts.cancel_job(self.db, job.id, now=now),
            lambda: self.model.cancel_job(job),
        )

    def claim(self, which: int, lane: Lane, room: int, most: int) -> None:
        worker = pick(self.workers, which)
        self.both(
            lambda now: self.got(
                leases.claim(self.db, worker=worker, lane=lane, room=room, most=most, now=now)
            ),
            lambda: self.meant(self.model.claim(worker, lane, room, most)),
        )

    def got(self, found: list[Lease]) -> list[tuple[Any, ...]]:
        self.leases += sorted(found, key=lambda one: one.job)
        return sorted(
            (one.job, one.fence, one.user, one.seat, one.attempt, written(one)) for one in found
        )

    def meant(self, found: list[Job]) -> list[tuple[Any, ...]]:
        return sorted((j.id, j.fence, j.user, j.seat, j.attempt, j.progress) for j in found)

    def wanted(self, lease: Lease) -> bool:
        """Whether somebody waits: such a job ends by its outcome only."""
        return bool(self.model.waiting_for(lease.job))

    def counts(self, lease: Lease, *, lost: bool) -> bool:
        """Whether the job runs, under this lease or (`lost`) under a later one."""
        job = self.model.jobs.get(lease.job)
        return bool(job and job.state is State.LEASED and (job.fence != lease.fence) is lost)

    def under(self, lease: Lease, act: Callable[..., Any], meant: Callable[[Job], Any]) -> None:
        """A write under a lease: done in both worlds, or refused because the lease is lost."""
        job = self.model.held(lease)
        self.model.now = self.clock.now()
        if job is None:
            with pytest.raises(LeaseLost):
                act(now=self.model.now)
        else:
            act(now=self.model.now)
            meant(job)
        self.compare()
