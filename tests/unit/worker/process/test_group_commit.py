"""Ends of jobs that come together are one transaction; what is wrong with one concerns no other."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from procs.core import clock
from procs.errors import LeaseLost
from procs.records.job import Kind, Lane, Lease, State
from procs.records.job_payload import DeliverPayload
from procs.store.health import workers
from procs.store.jobs import leases, seats
from procs.worker.process.group_commit import Claiming, GroupCommit, JobEnd

STATE = "SELECT state FROM jobs WHERE id = :job"


class Desk:
    """A worker of so many rooms for deliveries, and what it claimed with the ends of others."""

    def __init__(self, db) -> None:
        self.db = db
        self.worker = workers.enter(db, "w00-1", now=clock.now())
        self.commit = GroupCommit(db, lambda _: leases.ENDLESS, self.claim, self.start)
        self.begun: list[Lease] = []
        self.statements: list[str] = []
        db.connection.set_trace_callback(self.statements.append)

    def claim(self, freed: Mapping[Lane, int]) -> list[Claiming]:
        return [self.claiming(lane, room) for lane, room in freed.items()]

    def claiming(self, lane: Lane, room: int) -> Claiming:
        return leases.claiming(self.db, worker=self.worker, lane=lane, room=room, now=clock.now())

    def claimed(self, lane: Lane, room: int) -> list[Lease]:
        return leases.claim(self.db, worker=self.worker, lane=lane, room=room, now=clock.now())

    def start(self, found: Sequence[Lease]) -> None:
        self.begun += found

    def end(self, lease: Lease) -> asyncio.Task[None]:
        write = partial(leases.finish, self.db, lease, now=clock.now())
        return asyncio.create_task(self.commit.end(JobEnd(lease, lease.lane, 1, write)))

    def state(self, lease: Lease) -> State:
        return State(self.db.all(STATE, {"job": lease.job})[0][0])

    @property
    def commits(self) -> int:
        return self.statements.count("COMMIT")


@pytest.fixture
def desk(db) -> Desk:
    for user in range(1, 7):
        job = seats.NewJob(user, Lane.LIGHT, Kind.DELIVER, DeliverPayload(user, 1))
        with db.write():
            seats.add(db, job, now=clock.now())
    return Desk(db)


async def test_ends_of_one_turn_share_a_commit_in_which_the_next_are_claimed(desk):
    held = desk.claimed(Lane.LIGHT, 3)
    before = desk.commits

    await asyncio.gather(*map(desk.end, held))

    assert [desk.state(lease) for lease in held] == [State.DONE] * 3
    assert len(desk.begun) == 3
    assert desk.commits - before == 1


async def test_an_end_whose_lease_was_lost_fails_alone(desk):
    lost, good, other = desk.claimed(Lane.LIGHT, 3)
    leases.release(desk.db, lost, now=clock.now())

    ends = await asyncio.gather(*map(desk.end, (lost, good, other)), return_exceptions=True)

    assert [type(one) for one in ends] == [LeaseLost, type(None), type(None)]
    assert [desk.state(lease) for lease in (good, other)] == [State.DONE] * 2
    assert len(desk.begun) == 2


async def test_a_job_that_is_taken_away_when_it_has_joined_is_over_like_the_others(desk):
    taken, good = desk.claimed(Lane.LIGHT, 2)
    ends = [desk.end(taken), desk.end(good)]
    await asyncio.sleep(0)  # both have joined; the transaction begins in the next turn
    ends[0].cancel()

    assert await asyncio.gather(*ends) == [None, None]
    assert [desk.state(lease) for lease in (taken, good)] == [State.DONE] * 2


async def test_a_job_that_is_taken_away_after_the_commit_goes_on_to_its_end(desk):
    (lease,) = desk.claimed(Lane.LIGHT, 1)
    end = desk.end(lease)
    while desk.state(lease) is not State.DONE:
        await asyncio.sleep(0)
    end.cancel("lost")

    assert await end is None
