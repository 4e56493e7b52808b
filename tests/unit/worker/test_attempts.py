"""How often a job is tried: as often as what ends it now may end it, whatever ended it before."""

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import DiskFull, EngineDied, Gone, NetworkBroken, SiteBroken, TimedOut
from procs.records.job import Lease
from procs.store.jobs import recovery
from procs.store.reports import job_record
from procs.worker import settlement
from tests.sandbox.shop import Shop, shop

__all__ = ["shop"]
#: Seconds after which every job that is put off is due.
ALL_DUE = 3600.0


def ends(it: Shop, lease: Lease, *causes: type) -> list[str]:
    """What becomes of a download whose attempts end so, one after the other."""
    became = []
    for cause in causes:
        became.append(settlement.settle(it.context, lease, cause("so it was")))
        lease = next(iter(due(it)), lease)
    return became


def due(it: Shop) -> list[Lease]:
    """What can be claimed once all that was put off is due."""
    later = clock.now()
    recovery.bring_due(it.db, now=Now(later.wall + ALL_DUE, later.boot + ALL_DUE))
    return it.claim(1)


@pytest.mark.parametrize("before", [(), (NetworkBroken,) * 2, (DiskFull,) * 8, (TimedOut,)])
def test_an_engine_that_dies_is_tried_thrice_whatever_failed_before(shop, before):
    it = shop()
    (lease,) = it.leases()
    became = ends(it, lease, *before, *(EngineDied,) * 3)
    assert became == [*["retried"] * (len(before) + 2), "failed"]


def test_failures_of_several_kinds_in_turn_end_with_the_first_that_had_enough(shop):
    it = shop()
    (lease,) = it.leases()
    turns = (EngineDied, SiteBroken, EngineDied, SiteBroken, EngineDied)
    assert ends(it, lease, *turns) == [*["retried"] * 4, "failed"]


def test_what_is_final_needs_one_attempt(shop):
    it = shop()
    (lease,) = it.leases()
    assert ends(it, lease, NetworkBroken, Gone) == ["retried", "failed"]


def test_a_job_that_is_begun_anew_has_all_its_attempts(shop):
    it = shop()
    (lease,) = it.leases()
    ends(it, lease, NetworkBroken, *(EngineDied,) * 3)
    assert job_record.retry(it.db, lease.job, now=clock.now())
    (again,) = due(it)
    assert ends(it, again, *(EngineDied,) * 3) == ["retried", "retried", "failed"]
