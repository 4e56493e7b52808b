"""Which hosts a job may visit, by the rows that admins wrote."""

import pytest

from procs.core import clock
from procs.errors import HostBlocked, StoreAway
from procs.records.job import Ask, Lane, Link, Person
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.people import users
from procs.store.requests import requests
from procs.store.sites import host_lists
from procs.store.sites.host_lists import ALL
from procs.worker.site import host_gate

LINK = Link("https://clips.example/a", "clips.example", "url:a")


@pytest.fixture
def lease(db):
    users.remember(db, Person(7), now=clock.now())
    requests.submit(db, [Ask(7, 7, 1, 0, LINK)], now=clock.now())
    worker = workers.enter(db, "w00-1", now=clock.now())
    (lease,) = leases.claim(db, worker=worker, lane=Lane.HEAVY, room=1, now=clock.now())
    return lease


def put(db, host: str, *, allowed: bool = False) -> None:
    host_lists.put(db, host, allowed=allowed, reason="", admin=1, now=clock.now())


@pytest.mark.parametrize("host", ["bad.test", "a.b.bad.test", "BAD.test", "bad.test."])
def test_a_blocked_host_refuses_its_subdomains_in_every_spelling(db, host):
    put(db, "bad.test")
    assert isinstance(host_gate.refusal(db, host), HostBlocked)


@pytest.mark.parametrize("host", ["notbad.test", "test", "bad.test.example", "good.bad.test"])
def test_other_hosts_and_allowed_ones_inside_are_visited(db, host):
    put(db, "bad.test")
    put(db, "good.bad.test", allowed=True)
    assert host_gate.refusal(db, host) is None


def test_where_all_are_blocked_but_some_their_files_may_lie_anywhere(db):
    put(db, ALL)
    put(db, "youtube.com", allowed=True)
    assert host_gate.refusal(db, "r4.googlevideo.com") is None


@pytest.mark.parametrize(
    ("site", "is_served"),
    [("youtube", True), ("vimeo", False), ("some.blog", False), ("", True), ("category", True)],
)
def test_the_site_where_a_link_ends_is_judged_too(db, site, is_served, lease):
    put(db, ALL)
    put(db, "youtube.com", allowed=True)
    try:
        host_gate.check_found(db, lease, site)
    except HostBlocked:
        assert not is_served
    else:
        assert is_served


def test_a_link_whose_host_was_blocked_since_is_not_visited(db, lease):
    host_gate.check(db, lease)
    put(db, host_lists.host_of(lease.link.url))
    with pytest.raises(HostBlocked):
        host_gate.check(db, lease)


async def test_a_connection_waits_for_a_server_that_is_away_and_is_not_refused(db, monkeypatch):
    looks, known = [], host_lists.blocked

    def away(db, host):
        looks.append(host)
        if len(looks) == 1:
            raise StoreAway("the server is asked for a connection")
        return known(db, host)

    monkeypatch.setattr(host_lists, "blocked", away)
    put(db, "bad.test")

    assert await host_gate.awaited_refusal(db, "good.test") is None
    assert isinstance(await host_gate.awaited_refusal(db, "bad.test"), HostBlocked)
    assert looks == ["good.test", "good.test", "bad.test"]
