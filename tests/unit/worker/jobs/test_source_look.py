"""A look at a list that people follow lets people go first at their site; with the real rows."""

import pytest

from procs import errors
from procs.core import clock
from procs.engine.client import Probed
from procs.engine.protocol.messages import Entry
from procs.errors import NotNow
from procs.records.job import Lane, Lease, Link
from procs.store.follows import follow_notices, follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.jobs import leases
from procs.store.sites import visits
from procs.worker.jobs import source_look
from procs.worker.site import admission
from tests.sandbox.shop import HOST, SITE, shop

__all__ = ["shop"]
LIST = Link(f"https://{HOST}/list", SITE, "url:list")
EARLIER = "UPDATE sources SET tried_at = tried_at - 4000"


def lease_of(it) -> Lease:
    """The look at a list that one person follows."""
    limits = FollowLimits(3, 10)
    follows.begin(it.db, 7, LIST, limits=limits, now=clock.now())
    sources.plan(it.db, now=clock.now())
    facts = {"worker": it.context.worker, "lane": Lane.SOURCE, "now": clock.now()}
    (lease,) = leases.claim(it.db, room=1, **facts)
    return lease


def found(*urls: str, kind: str = "list", more: bool = False) -> Probed:
    entries = [Entry(n, f"Film {n}", url) for n, url in enumerate(urls, 1)]
    return Probed("", SITE, "A list", kind=kind, entries=entries, more=more)


def test_it_goes_where_nobody_waits(shop):
    it = shop(f'["{SITE}"]\ngap = "100s"\nconcurrency = 1\n')
    assert source_look.enter(it.context, lease_of(it)).identity.name == "default"


def test_it_books_no_turn_before_a_person(shop):
    """Two people have booked their turns: a third is not put behind a look at a list."""
    it = shop(f'["{SITE}"]\ngap = "100s"\n')
    one, two, three = it.leases(3)
    it.way(one)
    it.put_off(two)
    lease = lease_of(it)
    with pytest.raises(NotNow) as wait:
        source_look.enter(it.context, lease)
    assert (wait.value.why, wait.value.keeps) == (visits.TURN, False)
    assert it.put_off(three).seconds == pytest.approx(200, abs=5)


def test_it_does_not_line_up_at_a_full_site(shop):
    it = shop(f'["{SITE}"]\nconcurrency = 1\n')
    one, two = it.leases(2)
    visit = admission.enter(it.context, one)
    lease = lease_of(it)
    with pytest.raises(NotNow) as wait:
        source_look.enter(it.context, lease)
    visit.leave()
    assert (wait.value.why, it.way(two)) == (visits.FULL, "default")


def test_after_an_hour_it_takes_its_turn_like_anybody(shop):
    it = shop(f'["{SITE}"]\ngap = "100s"\n')
    (one,) = it.leases()
    it.way(one)
    lease = lease_of(it)
    with it.db.write():
        it.db.change(EARLIER)
    with pytest.raises(NotNow) as wait:
        source_look.enter(it.context, lease)
    assert wait.value.keeps


def test_after_a_day_before_a_breaker_it_has_failed(shop):
    it = shop()
    it.fails(it.leases()[0], errors.BotCheck("not a bot"))
    lease = lease_of(it)
    with pytest.raises(NotNow):
        source_look.enter(it.context, lease)
    with it.db.write():
        it.db.change("UPDATE sources SET tried_at = tried_at - 90000")
    with pytest.raises(errors.LeftAlone):
        source_look.enter(it.context, lease)


def test_an_entry_is_known_by_its_address_whatever_it_is_called(shop):
    it = shop()
    source_look.settle(it.context, lease_of(it), found(f"https://{HOST}/1", f"https://{HOST}/2"))
    with it.db.write():
        it.db.change("UPDATE sources SET due_at = 0")
    again = found(f"https://{HOST}/2?utm_source=feed", f"https://{HOST}/3", f"https://{HOST}/1")
    source_look.settle(it.context, lease_of(it), again)
    assert it.db.all("SELECT url FROM source_news") == [(f"https://{HOST}/3",)]


def test_what_moves_up_at_the_end_of_what_is_read_is_no_news():
    urls = [f"https://{HOST}/{n}" for n in range(sources.HEAD)]
    facts = {"depth": sources.HEAD, "whole": False}
    seen = source_look.seen_list(found(*urls, more=True), **facts).entries
    assert [link is None for _, link in seen].index(True) == sources.HEAD - source_look.MARGIN
    assert all(link for _, link in source_look.seen_list(found(*urls), **facts).entries)
    whole = source_look.seen_list(found(*urls, more=True), sources.HEAD, whole=True)
    assert all(link for _, link in whole.entries), "what is unknown there is new"


def looks_again(it, days: float, *urls: str, more: bool = False) -> int:
    """The next look, some days later: how many entries it was to read."""
    with it.db.write():
        it.db.change("UPDATE sources SET due_at = 0, deep_at = deep_at - :s", {"s": days * 86400})
    sources.plan(it.db, now=clock.now())
    facts = {"worker": it.context.worker, "lane": Lane.SOURCE, "now": clock.now()}
    (lease,) = leases.claim(it.db, room=1, **facts)
    depth = source_look.depth(it.context, lease)
    source_look.settle(it.context, lease, found(*urls[:depth], more=len(urls) > depth))
    return depth


def test_what_is_put_at_the_end_of_a_long_list_is_found_within_a_day(shop):
    it = shop()
    urls = [f"https://{HOST}/{n}" for n in range(1200)]
    source_look.settle(it.context, lease_of(it), found(*urls))
    assert looks_again(it, 0.5, *urls, f"https://{HOST}/new") == sources.HEAD
    assert it.db.all("SELECT url FROM source_news") == []

    assert looks_again(it, 1.0, *urls, f"https://{HOST}/new") == source_look.DEEPEST
    assert it.db.all("SELECT url FROM source_news") == [(f"https://{HOST}/new",)]

    assert looks_again(it, 0.0, *urls, f"https://{HOST}/new") == source_look.DEEPEST
    assert it.db.all("SELECT COUNT(*) FROM source_news") == [(1,)]


def test_what_is_put_at_the_end_of_a_list_of_thousands_is_found(shop):
    it = shop()
    urls = [f"https://{HOST}/{n}" for n in range(9000)]
    source_look.settle(it.context, lease_of(it), found(*urls))
    assert looks_again(it, 1.1, *urls, f"https://{HOST}/new") == source_look.DEEPEST
    assert it.db.all("SELECT url FROM source_news") == [(f"https://{HOST}/new",)]


def test_a_long_list_with_its_news_at_its_head_is_read_to_its_end_once_a_day(shop):
    it = shop()
    urls = [f"https://{HOST}/{n}" for n in range(1200)]
    source_look.settle(it.context, lease_of(it), found(*urls))
    new = [f"https://{HOST}/new", *urls]
    assert looks_again(it, 0.1, *new) == sources.HEAD
    assert it.db.all("SELECT url FROM source_news") == [(f"https://{HOST}/new",)]
    assert looks_again(it, 1.0, *new) == source_look.DEEPEST
    assert looks_again(it, 0.1, *new) == sources.HEAD
    assert it.db.all("SELECT COUNT(*) FROM source_news") == [(1,)]


def test_a_list_that_becomes_a_long_one_loses_nothing_at_its_end(shop):
    it = shop()
    urls = [f"https://{HOST}/{n}" for n in range(490)]
    source_look.settle(it.context, lease_of(it), found(*urls))
    longer = [*urls, *(f"https://{HOST}/n{n}" for n in range(30))]
    assert looks_again(it, 0.1, *longer) == sources.HEAD
    assert it.db.all("SELECT COUNT(*) FROM source_news") == [(10,)]
    assert looks_again(it, 0.1, *longer) == source_look.DEEPEST
    assert it.db.all("SELECT COUNT(*) FROM source_news") == [(30,)]


def test_one_film_is_no_list_and_is_followed_by_nobody(shop):
    it = shop()
    source_look.settle(it.context, lease_of(it), found(kind="video"))
    assert [one.text for one in follow_notices.unsaid(it.db)] == [follow_notices.NO_LIST]


def test_a_list_that_became_a_film_has_failed(shop):
    it = shop()
    source_look.settle(it.context, lease_of(it), found(f"https://{HOST}/1"))
    with it.db.write():
        it.db.change("UPDATE sources SET due_at = 0")
    with pytest.raises(errors.Unsupported):
        source_look.settle(it.context, lease_of(it), found(kind="video"))
    assert follow_notices.unsaid(it.db) == []
