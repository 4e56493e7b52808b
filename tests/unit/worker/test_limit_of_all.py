"""The limit of downloads that machines share, beside the rooms that each has."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.core.machine import machine_name
from procs.core.process import Signals
from procs.records.job import Lane
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.wake import WakeSocket
from procs.worker.loop import WorkerLoop
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.process.slots import SlotLocks, most_of
from tests.sandbox.shop import Shop, shop

__all__ = ["shop"]
SERVER = "postgresql://chapar@db/chapar"


def loop_of(it: Shop, name: str, *, rooms: int, in_all: int) -> WorkerLoop:
    """A worker of one machine, as its process makes it."""
    facts = {"max_concurrent_downloads": rooms, "max_downloads_in_all": in_all}
    settings = replace(it.context.settings, database_url=SERVER, **facts)
    worker = workers.enter(it.db, name, now=clock.now())
    context = replace(it.context, settings=settings, worker=worker, name=name)
    budget = JobBudget(100, 0, SlotLocks(settings.run, 1))
    rooms_of = dict.fromkeys(Lane, rooms)
    return WorkerLoop(context, WakeSocket(settings.run, name), budget, Signals(), rooms_of)


@pytest.mark.parametrize(("in_all", "second"), [(0, 2), (3, 1), (2, 0)])
async def test_machines_share_the_limit_of_all_and_have_rooms_of_their_own(
    shop, monkeypatch, in_all, second
):
    it = shop()
    one, other = (loop_of(it, f"w0-{n}-m{n}", rooms=2, in_all=in_all) for n in (1, 2))
    queue(it, 6)

    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    assert len(one.claimed(Lane.HEAVY, 2)) == 2
    monkeypatch.setattr(machine_name.HERE, "told", "m2")
    assert bool(Lane.HEAVY in other.offer().ready) is (second > 0)
    found = other.claimed(Lane.HEAVY, 2)
    assert len(found) == second

    for lease in found:
        leases.finish(it.db, lease, now=clock.now())
    assert len(other.claimed(Lane.HEAVY, 2)) == second


def test_a_machine_alone_goes_by_the_smaller_of_both(shop):
    ours = shop().context.settings
    most = [
        most_of(replace(ours, max_concurrent_downloads=4, max_downloads_in_all=n), Lane.HEAVY)
        for n in (0, 3, 9)
    ]

    assert most == [4, 3, 4]
    assert most_of(ours, Lane.LIGHT) == leases.ENDLESS


def queue(it: Shop, count: int) -> None:
    """Downloads in line, each of another person."""
    for lease in it.leases(count):
        leases.release(it.db, lease, now=clock.now())
