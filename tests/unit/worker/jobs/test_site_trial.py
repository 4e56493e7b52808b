"""A look of our own at a site that was left alone, by the real engine at the loopback site."""

import pytest

from procs import errors
from procs.core import clock
from procs.errors import NotNow
from procs.records.job import Kind, Lane, Lease
from procs.store.jobs import leases, recovery
from procs.store.sites import breakers
from procs.store.sites.breakers import EVERYBODY, Way
from procs.worker.jobs import site_trial
from tests.sandbox.shop import Shop, shop
from tests.sandbox.site.fixtures import engine, nursery, site

__all__ = ["engine", "nursery", "shop", "site"]
LOOPBACK = "127.0.0.1"


@pytest.fixture
def here(shop, site, engine, monkeypatch) -> Shop:
    """A shop whose people ask for pages of the loopback site."""
    monkeypatch.setattr("tests.sandbox.shop.NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr("tests.sandbox.shop.HOST", site.url("").removeprefix("http://"))
    it = shop()
    it.context.engine = engine
    return it


def closed(it: Shop, error: errors.JobError, *, count: int = 3) -> list[Lease]:
    """A site that so many people's links have closed, and people who wait for it."""
    *failing, waiting = it.leases(count + 1, site=LOOPBACK, scheme="http")
    for lease in failing:
        it.fails(lease, error)
    now = clock.now()
    leases.retry(it.db, waiting, delay=900, now=now, error="breaker site-broken", free=True)
    return [waiting]


def trial(it: Shop) -> Lease:
    """The trial for everybody, as if the opening were over."""
    it.db.connection.execute("UPDATE breakers SET until = 1 WHERE until IS NOT NULL")
    it.db.connection.execute("UPDATE jobs SET at = 1 WHERE kind = 'trial'")
    recovery.bring_due(it.db, now=clock.now())
    facts = {"worker": it.context.worker, "lane": Lane.LOOK, "now": clock.now()}
    found = leases.claim(it.db, room=9, **facts)
    return next(one for one in found if one.trial.person == EVERYBODY)


def state_of(it: Shop, lease: Lease) -> tuple[int, float]:
    return it.db.one("SELECT state, at FROM jobs WHERE id = :job", {"job": lease.job})


async def test_a_site_that_answers_again_is_open_to_all_who_wait(here):
    (waiting,) = closed(here, errors.SiteBroken("500"))
    found = trial(here)
    assert found.kind is Kind.TRIAL

    await site_trial.try_out(here.context, found)

    assert breakers.state(here.db, Way(LOOPBACK), EVERYBODY) is None
    assert state_of(here, waiting)[1] <= clock.now().wall
    assert state_of(here, found)[0] == 20


async def test_a_site_that_is_down_still_is_looked_at_again(here, site):
    (waiting,) = closed(here, errors.SiteBroken("500"))
    found = trial(here)
    site.outage = True

    with pytest.raises(NotNow) as wait:
        await site_trial.try_out(here.context, found)

    assert wait.value.why == "breaker site-broken"
    assert 5 < wait.value.seconds <= 20
    assert state_of(here, waiting)[1] > clock.now().wall
    assert breakers.state(here.db, Way(LOOPBACK), EVERYBODY) is not None


async def test_nobody_looks_at_a_site_for_which_nobody_waits(here, site):
    (waiting,) = closed(here, errors.SiteBroken("500"))
    found = trial(here)
    recovery.cancel(here.db, waiting.job, now=clock.now())

    await site_trial.try_out(here.context, found)

    assert sum(site.asked.values()) == 0
    assert state_of(here, found)[0] == 20


async def test_what_was_delivered_lately_is_looked_at_first(here, site):
    closed(here, errors.SiteBroken("500"))
    here.db.connection.execute(
        "UPDATE requests SET state = 'delivered', ended_at = 1, url = ? WHERE id = 1",
        (site.url("/clip.mp4"),),
    )
    found = trial(here)

    await site_trial.try_out(here.context, found)

    assert site.hits("/clip.mp4") > 0
    assert site.hits("/") == 0


def test_where_a_site_spoke_of_us_it_is_asked_for_one_address_only(here, site):
    closed(here, errors.SiteBroken("500"))
    found = trial(here)
    first_page = f"http://{site.url('/').removeprefix('http://')}"

    assert site_trial.links(here.context, found, "site-broken") == [first_page]
    here.db.connection.execute("UPDATE requests SET state = 'delivered' WHERE id < 4")

    assert len(site_trial.links(here.context, found, "site-broken")) == 3
    assert len(site_trial.links(here.context, found, "bot-check")) == 1
