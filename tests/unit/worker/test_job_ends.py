"""After the end of a job a worker looks for more where there may be some, and else sleeps on."""

import pytest

from procs.core import clock
from procs.core.process import Signals
from procs.records.job import Lane, Lease
from procs.store.jobs import leases
from procs.store.wake import WakeSocket
from procs.worker.loop import WorkerLoop
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks
from tests.sandbox.shop import Shop, shop

__all__ = ["shop"]


@pytest.fixture
def it(shop) -> Shop:
    return shop()


@pytest.fixture
async def loop(it) -> WorkerLoop:
    """A worker that sleeps, visible as idle for everything."""
    run = it.context.settings.run
    wake_socket, budget = WakeSocket(run, "w00-1"), JobBudget(9, 1 << 40, SlotLocks(run, 1))
    wake_socket.rest()
    return WorkerLoop(it.context, wake_socket, budget, Signals(), dict.fromkeys(Lane, 1))


@pytest.fixture
def lease(it) -> Lease:
    (lease,) = it.leases(1)
    leases.release(it.db, lease, now=clock.now())
    return lease


async def test_behind_the_last_job_of_a_lane_a_worker_sleeps_on(loop, lease):
    loop.context.lasts.add(lease.job)
    loop.note_ended(lease)
    assert not loop.news.is_set()
    assert loop.context.lasts == set()


async def test_behind_any_other_job_it_looks(loop, lease):
    loop.note_ended(lease)
    assert loop.news.is_set()


async def test_a_worker_that_was_full_looks_since_nobody_could_wake_it(loop, lease):
    loop.wake_socket.rest([lane for lane in Lane if lane is not lease.lane])
    loop.context.lasts.add(lease.job)
    loop.note_ended(lease)
    assert loop.news.is_set()


async def test_a_worker_that_has_carried_enough_looks_up_to_leave(loop, lease):
    loop.context.lasts.add(lease.job)
    loop.budget.left = 0
    loop.note_ended(lease)
    assert loop.news.is_set()
