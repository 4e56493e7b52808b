"""A site that refuses one machine's address goes on by another's; with the real rows."""

import asyncio
from collections.abc import Callable

import pytest

from procs import errors
from procs.core import clock
from procs.core.machine import machine_name
from procs.errors import NotNow
from procs.records.job import SYSADMIN, Ask, Kind, Lane, Lease, Link
from procs.store.follows import follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.jobs import leases, pause_control, pauses, recovery
from procs.store.machines import machine_rows
from procs.store.requests import requests
from procs.store.sites import breakers
from procs.store.sites.breakers import Way
from procs.worker import settlement
from procs.worker.jobs import source_look
from procs.worker.site import admission, other_egress
from procs.worker.site.admission import Visit
from tests.sandbox.shop import HOST, PROXY, SITE, Shop, shop

__all__ = ["shop"]


class Fleet:
    """One shop whose worker goes on as a process of one machine or another."""

    def __init__(self, it: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.it, self.patch = it, monkeypatch
        for name in ("m1", "m2"):
            self.beats(name)
        self.go_on("m1")

    def beats(self, name: str, roles: str = "worker") -> None:
        facts = {"boot": "b", "home": "/srv", "roles": roles, "slots": 2, "version": "1"}
        machine_rows.beat(self.it.db, name, **facts, now=clock.now())

    def go_on(self, name: str) -> None:
        self.patch.setattr(machine_name.HERE, "told", name)

    def refused(self, *machines: str) -> None:
        """The site refuses these machines' addresses to all."""
        for name in machines:
            self.go_on(name)
            (lease,) = self.it.leases()
            self.it.fails(lease, errors.SiteBusy("429", wait=100.0))
        self.go_on("m1")

    def claims(self, name: str, lane: Lane = Lane.HEAVY) -> list[Lease]:
        self.go_on(name)
        recovery.bring_due(self.it.db, now=clock.now())
        facts = {"worker": self.it.context.worker, "lane": lane, "now": clock.now(), "room": 4}
        return leases.claim(self.it.db, **facts)

    def put_off(self, lease: Lease) -> NotNow:
        """A visit that must wait, and its outcome in the table."""
        return self.leaves(lambda: admission.enter(self.it.context, lease), lease)

    def leaves(self, enter: Callable[[], Visit], lease: Lease) -> NotNow:
        """The same of a job that enters its site in its own way."""
        with pytest.raises(NotNow) as found:
            enter()
        wait = found.value
        asyncio.run(
            settlement.write_outcome(lambda: settlement.put_off(self.it.context, lease, wait))
        )
        return wait


@pytest.fixture
def fleet(shop, monkeypatch):
    return lambda rules="": Fleet(shop(rules), monkeypatch)


def test_a_way_by_a_machines_own_address_is_another_on_each(fleet):
    it = fleet(f'["{SITE}"]\negress = ["default", "http://{PROXY}"]\ngap = "60s"\n')
    first, second, third = it.it.leases(3)

    assert it.it.way(first) == "default/m1"
    it.go_on("m2")
    assert [it.it.way(second), it.it.way(third)] == ["default/m2", PROXY]


def test_a_site_that_blocks_one_machine_is_visited_by_the_other(fleet):
    it = fleet()
    it.refused("m1")
    (lease,) = it.it.leases()

    wait = it.put_off(lease)

    assert (wait.seconds, wait.keeps) == (0.0, True)
    assert it.claims("m1") == []
    (moved,) = it.claims("m2")
    assert (moved.job, it.it.way(moved)) == (lease.job, "default/m2")


def test_a_look_at_a_list_leaves_a_machine_that_the_site_blocks(fleet):
    it = fleet()
    it.refused("m1")
    link = Link(f"https://{HOST}/list", SITE, "url:list")
    follows.begin(it.it.db, 7, link, limits=FollowLimits(3, 10), now=clock.now())
    sources.plan(it.it.db, now=clock.now())
    (lease,) = it.claims("m1", Lane.SOURCE)

    it.leaves(lambda: source_look.enter(it.it.context, lease), lease)

    assert it.claims("m1", Lane.SOURCE) == []
    (moved,) = it.claims("m2", Lane.SOURCE)
    assert source_look.enter(it.it.context, moved).identity.name == "default/m2"


def fetched(it: Fleet, **form: str) -> Lease:
    """A download by `chapar fetch` on the first machine, begun there."""
    link = Link(f"https://{HOST}/film", SITE, "url:film", **form)
    ask = Ask(SYSADMIN, 0, 1, 0, link, folder=True)
    requests.submit(it.it.db, [ask], now=clock.now())
    lane = Lane.LOOK if form else Lane.HEAVY
    (lease,) = it.claims("m1", lane)
    return lease


@pytest.mark.parametrize("form", [{}, {"variant": "best#1-2"}], ids=["a film", "entries of a list"])
def test_what_is_collected_here_waits_here_before_an_open_breaker(fleet, form):
    it = fleet()
    it.refused("m1")
    lease = fetched(it, **form)

    assert it.put_off(lease).why == "breaker site-busy"

    breakers.close(it.it.db, SITE, now=clock.now())
    assert it.claims("m2", lease.lane) == []
    assert [one.job for one in it.claims("m1", lease.lane)] == [lease.job]


def test_what_is_collected_here_takes_its_turn_here_at_a_site_with_a_pace(fleet):
    it = fleet(f'["{SITE}"]\nrate = "600/h"\n')
    lease = fetched(it)
    it.it.way(lease)

    leases.release(it.it.db, lease, now=clock.now())

    assert it.claims("m2") == []
    assert [one.job for one in it.claims("m1")] == [lease.job]


def test_where_all_are_blocked_a_job_waits_and_whoever_is_open_first_takes_it(fleet):
    it = fleet()
    it.refused("m1", "m2")
    (lease,) = it.it.leases()

    assert it.put_off(lease).why == "breaker site-busy"

    breakers.proven(it.it.db, Way(SITE, "default/m2"), now=later())
    breakers.close(it.it.db, SITE, now=clock.now())
    assert [one.job for one in it.claims("m2")] == [lease.job]


def test_a_job_meets_each_machine_once(fleet):
    it = fleet()
    it.refused("m1")
    (lease,) = it.it.leases()
    it.put_off(lease)
    (moved,) = it.claims("m2")
    breakers.close(it.it.db, SITE, now=clock.now())
    it.refused("m2")
    it.go_on("m2")

    assert it.put_off(moved).why == "breaker site-busy"


@pytest.mark.parametrize("kind", other_egress.ABOUT_ADDRESS)
def test_a_refusal_that_another_address_may_avoid_is_tried_there_at_once(fleet, kind):
    it = fleet()
    (lease,) = it.it.leases()

    ruling = it.it.fails(lease, kind("not from there"))

    assert (ruling.delay, ruling.elsewhere) == (0.0, True)
    leases.retry(it.it.db, lease, delay=0.0, now=clock.now(), error=ruling.why)
    (again,) = it.claims("m1")
    it.put_off(again)
    (moved,) = it.claims("m2")
    assert it.it.way(moved) == "default/m2"
    assert not admission.judge(it.it.context, moved, kind("nor from here")).elsewhere


@pytest.mark.parametrize("why", ["gone", "drained", "carries nothing"])
def test_a_machine_that_carries_no_jobs_is_no_way(fleet, why):
    it = fleet()
    if why == "gone":
        machine_rows.leave(it.it.db, "m2", now=clock.now())
    elif why == "drained":
        pause_control.pause(it.it.db, pauses.machine("m2"), now=clock.now())
    else:
        it.beats("m2", roles="keeper,bot")
    it.refused("m1")
    (lease,) = it.it.leases()

    assert it.put_off(lease).why == "breaker site-busy"


def test_a_trial_of_a_machines_way_is_run_there_alone(fleet):
    it = fleet()
    it.refused("m1")
    with it.it.db.write():
        it.it.db.change("UPDATE jobs SET at = 0 WHERE kind = :kind", {"kind": Kind.TRIAL})

    assert it.claims("m2", Lane.LOOK) == []
    assert {one.trial.egress for one in it.claims("m1", Lane.LOOK)} == {"default/m1"}


def test_a_trial_whose_machine_is_gone_ends(fleet):
    it = fleet()
    it.refused("m1")
    with it.it.db.write():
        it.it.db.change("UPDATE jobs SET at = 0 WHERE kind = :kind", {"kind": Kind.TRIAL})
        it.it.db.change("UPDATE machines SET beat_at = -1000 WHERE name = 'm1'")
    assert it.claims("m2", Lane.LOOK) == []

    assert machine_rows.unbind(it.it.db, now=clock.now()) == 2
    assert len(it.claims("m2", Lane.LOOK)) == 2


def later() -> clock.Now:
    now = clock.now()
    return clock.Now(now.wall + 200, now.boot + 200)
