"""How often a job is tried: as often as what ends it now may end it, whatever ended it before."""

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import (
    BotCheck,
    DiskFull,
    EngineDied,
    Gone,
    JobError,
    NetworkBroken,
    SiteBroken,
    SiteBusy,
    TimedOut,
)
from procs.records.job import Lease
from procs.store.jobs import recovery
from procs.store.reports import job_record
from procs.store.sites import breakers
from procs.worker import settlement
from procs.worker.site import admission
from tests.sandbox.shop import SITE, Shop, shop

__all__ = ["shop"]
#: Seconds after which every job that is put off is due.
ALL_DUE = 3600.0
#: What a site says that has enough of us, and for how long.
BUSY = SiteBusy("429", site=SITE, wait=600.0)
#: As an earlier version told of attempts: without their numbers.
FORGET_NUMBERS = """
UPDATE jobs SET story = REPLACE(REPLACE(story, ' attempt=1', ''), ' attempt=2', '')
"""


def ends(it: Shop, lease: Lease, *causes: type) -> list[str]:
    """What becomes of a download whose attempts end so, one after the other."""
    became = []
    for cause in causes:
        became.append(settlement.settle(it.context, lease, cause("so it was")))
        lease = again(it, lease)
    return became


def retried(it: Shop, lease: Lease, error: JobError) -> Lease:
    """An attempt that ends so and is not the last. Returns the lease of the next."""
    assert settlement.settle(it.context, lease, error) == "retried"
    return again(it, lease)


def opens_breaker(it: Shop, lease: Lease, error: JobError) -> Lease:
    """An attempt that ends so at its site, whose breaker opens. Returns the lease of the next."""
    breakers.close(it.db, SITE, now=clock.now())
    admission.enter(it.context, lease)
    after = retried(it, lease, error)
    assert breakers.listed(it.db)[0].state(clock.now()) == "open"
    return after


def waits(it: Shop, lease: Lease) -> Lease:
    """A wait for the open breaker. Returns the lease of the attempt that it was put off for."""
    assert settlement.put_off(it.context, lease, it.put_off(lease)) == "waits"
    return again(it, lease)


def again(it: Shop, lease: Lease) -> Lease:
    """The next lease of the same job, or this one when the job is over."""
    return next((one for one in due(it) if one.job == lease.job), lease)


def due(it: Shop) -> list[Lease]:
    """What can be claimed once all that was put off is due; trials of the site as well."""
    later = clock.now()
    recovery.bring_due(it.db, now=Now(later.wall + ALL_DUE, later.boot + ALL_DUE))
    return it.claim(9)


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


@pytest.mark.parametrize("error", [BUSY, BotCheck("are you human?", site=SITE)])
def test_an_attempt_that_opened_a_breaker_is_one_of_its_own_kind(shop, error):
    it = shop()
    (lease,) = it.leases()
    for _ in range(2):
        lease = opens_breaker(it, lease, error)
    assert ends(it, lease, *(EngineDied,) * 3) == ["retried", "retried", "failed"]


def test_attempts_that_opened_a_breaker_count_with_those_that_did_not(shop):
    it = shop()
    (lease,) = it.leases()
    for _ in range(SiteBusy.attempts - 2):
        lease = opens_breaker(it, lease, BUSY)
    assert ends(it, lease, EngineDied, SiteBusy, SiteBusy) == ["retried", "retried", "failed"]


def test_a_wait_for_a_breaker_hides_no_attempt(shop):
    it = shop()
    (lease,) = it.leases()
    lease = retried(it, lease, EngineDied("killed"))
    lease = opens_breaker(it, lease, BUSY)
    for _ in range(2):
        lease = waits(it, lease)
    assert ends(it, lease, EngineDied, EngineDied) == ["retried", "failed"]


def test_attempts_that_an_earlier_version_told_of_count_beside_ours(shop):
    it = shop()
    (lease,) = it.leases()
    for _ in range(2):
        lease = retried(it, lease, NetworkBroken("no route"))
    with it.db.write():
        assert it.db.change(FORGET_NUMBERS, {}) == 1
    lease = opens_breaker(it, lease, BUSY)
    assert ends(it, lease, *(EngineDied,) * 3) == ["retried", "retried", "failed"]
