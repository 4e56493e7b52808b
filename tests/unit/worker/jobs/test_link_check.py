"""A link of the operator's own, by the real engine at the loopback site: read, begun, judged."""

import pytest

from procs.core import clock
from procs.errors import alert_kinds
from procs.records.job import Kind, Lane, Lease
from procs.store.health import alerts
from procs.store.jobs import leases
from procs.store.sites import link_checks
from procs.store.sites.link_checks import DAY
from procs.worker.jobs import link_check
from tests.sandbox.shop import Shop, shop
from tests.sandbox.site.fixtures import engine, nursery, site
from tests.unit.worker.jobs.test_site_trial import LOOPBACK, here

__all__ = ["engine", "here", "nursery", "shop", "site"]


def due(it: Shop, url: str) -> Lease:
    """The check of a link, claimed; an earlier one is long over."""
    it.db.connection.execute("UPDATE link_checks SET at = at - ?", (2 * DAY,))
    assert link_checks.plan(it.db, {LOOPBACK: [url]}, now=clock.now()) == 1
    facts = {"worker": it.context.worker, "lane": Lane.SOURCE, "now": clock.now()}
    (lease,) = leases.claim(it.db, room=9, **facts)
    return lease


def told(it: Shop) -> list[str]:
    return [one.kind for one in alerts.standing(it.db) if one.kind == alert_kinds.TURNED_LINK]


async def test_a_film_is_read_and_a_few_bytes_of_it_are_fetched(here, site):
    url = site.url("/clip.mp4")
    lease = due(here, url)
    assert lease.kind is Kind.CHECK

    await link_check.check(here.context, lease)

    (last,) = link_checks.latest(here.db, LOOPBACK, url, most=9)
    assert (last.error, last.bytes > 0) == ("", True)
    assert list(here.context.settings.jobs.glob("*")) == []


async def test_a_slow_film_is_not_waited_for(here, site):
    url = site.url("/slow/clip.mp4?rate=200000")
    began = clock.now().boot

    await link_check.check(here.context, due(here, url))

    (last,) = link_checks.latest(here.db, LOOPBACK, url, most=9)
    assert (last.error, last.bytes >= link_check.FEW) == ("", True)
    assert clock.now().boot - began < 30


async def test_a_link_that_fails_twice_is_told_and_over_when_it_works_again(here, site):
    url = site.url("/clip.mp4")
    site.outage = True
    await link_check.check(here.context, due(here, url))
    assert told(here) == []

    await link_check.check(here.context, due(here, url))
    assert told(here) == [alert_kinds.TURNED_LINK]

    site.outage = False
    await link_check.check(here.context, due(here, url))
    assert told(here) == []
    results = link_checks.latest(here.db, LOOPBACK, url, most=9)
    assert [bool(one.error) for one in results] == [False, True, True]


@pytest.mark.parametrize("path", ["/nothing.mp4", "/gone.mp4"])
async def test_what_is_not_there_is_a_failure_with_its_class(here, site, path):
    url = site.url(path)

    await link_check.check(here.context, due(here, url))

    (last,) = link_checks.latest(here.db, LOOPBACK, url, most=9)
    assert (bool(last.error), last.bytes) == (True, 0)


async def test_a_clock_that_was_ahead_has_no_link_checked_again_and_again(here, site):
    url = site.url("/clip.mp4")
    await link_check.check(here.context, due(here, url))
    here.db.connection.execute("UPDATE link_checks SET at = at + ?", (7200 + 2 * DAY,))
    assert link_checks.plan(here.db, {LOOPBACK: [url]}, now=clock.now()) == 1
    facts = {"worker": here.context.worker, "lane": Lane.SOURCE, "now": clock.now()}
    (lease,) = leases.claim(here.db, room=9, **facts)

    await link_check.check(here.context, lease)

    assert link_checks.plan(here.db, {LOOPBACK: [url]}, now=clock.now()) == 0
