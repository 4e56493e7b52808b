"""The entries of a list arrive in its order, and none waits for ever."""

import pytest

from procs.records.job import Ask, Lane, Lease
from procs.store.backups.invariants import audit
from procs.store.jobs import delivery_order, leases, outcomes, recovery, seats
from procs.store.requests import lists, requests
from tests.contract.conftest import Desk


def spread(desk: Desk, *names: str) -> int:
    """A list of these entries, all of them queued or in line; its request."""
    desk.messages += 1
    ask = Ask(7, 7, desk.messages, 0, desk.link("list", "best#all"))
    parent = requests.submit(desk.db, [ask], now=desk.clock.now())[0].request
    (look,) = desk.claim(desk.worker("w00-9"), lane=Lane.LOOK)
    entries = [(place, desk.link(name)) for place, name in enumerate(names, 1)]
    lists.spread(desk.db, look, entries, title="A list", now=desk.clock.now())
    return parent


def fetched(desk: Desk, lease: Lease) -> Lease:
    """The media of a download is there; its delivery, claimed."""
    media = desk.media(lease.link.key.removeprefix("url:"))
    outcomes.finish_download(desk.db, lease, media, keys={media.key}, now=desk.clock.now())
    (delivery,) = desk.claim(lease.worker, lane=Lane.LIGHT)
    return delivery


def put_off(desk: Desk, delivery: Lease) -> None:
    """What a worker does with one that has to wait."""
    leases.retry(
        desk.db,
        delivery,
        delay=delivery_order.AGAIN,
        now=desk.clock.now(),
        error=delivery_order.WHY,
        free=True,
    )


def delivered(desk: Desk, delivery: Lease) -> None:
    request = delivery.delivery.request
    outcomes.finish_delivery(desk.db, delivery, request, worker="w00-1", now=desk.clock.now())


@pytest.fixture
def worker(desk: Desk) -> int:
    return desk.worker()


def test_an_entry_waits_for_the_one_before_it_that_runs(desk: Desk, worker: int) -> None:
    spread(desk, "a", "b")
    first, second = desk.claim(worker, room=2)
    later = fetched(desk, second)
    assert delivery_order.waits(desk.db, later.delivery.request)
    put_off(desk, later)
    sooner = fetched(desk, first)
    assert not delivery_order.waits(desk.db, sooner.delivery.request)


def test_who_waited_is_called_at_once_when_the_one_before_arrived(desk: Desk, worker: int) -> None:
    spread(desk, "a", "b")
    first, second = desk.claim(worker, room=2)
    later = fetched(desk, second)
    put_off(desk, later)
    delivered(desk, fetched(desk, first))
    (again,) = desk.claim(worker, lane=Lane.LIGHT)
    assert (again.job, again.attempt) == (later.job, 1)
    assert not delivery_order.waits(desk.db, again.delivery.request)
    assert audit(desk.db) == []


def test_who_waited_is_called_when_the_one_before_failed(desk: Desk, worker: int) -> None:
    spread(desk, "a", "b")
    first, second = desk.claim(worker, room=2)
    put_off(desk, fetched(desk, second))
    outcomes.fail(desk.db, first, error="gone", say="failed-gone", now=desk.clock.now())
    (again,) = desk.claim(worker, lane=Lane.LIGHT)
    assert not delivery_order.waits(desk.db, again.delivery.request)


def test_one_that_is_tried_again_later_is_not_waited_for(desk: Desk, worker: int) -> None:
    spread(desk, "a", "b")
    first, second = desk.claim(worker, room=2)
    leases.retry(desk.db, first, delay=600, now=desk.clock.now(), error="site-busy")
    assert not delivery_order.waits(desk.db, fetched(desk, second).delivery.request)


def test_one_that_waits_likewise_is_waited_for(desk: Desk, worker: int) -> None:
    """The third does not overtake the second, which waits for the first."""
    seats.configure(desk.db, cap=3, rooms=8, now=desk.clock.now())
    spread(desk, "a", "b", "c")
    first, second, third = desk.claim(worker, room=3)
    put_off(desk, fetched(desk, second))
    last = fetched(desk, third)
    put_off(desk, last)
    delivered(desk, fetched(desk, first))
    (again,) = desk.claim(worker, room=2, lane=Lane.LIGHT)
    assert again.delivery.request < last.delivery.request
    assert delivery_order.waits(desk.db, last.delivery.request)
    delivered(desk, again)
    (again,) = desk.claim(worker, room=2, lane=Lane.LIGHT)
    assert again.job == last.job


def test_nobody_is_waited_for_of_another_list(desk: Desk, worker: int) -> None:
    spread(desk, "a")
    spread(desk, "b")
    _, second = desk.claim(worker, room=2)
    assert not delivery_order.waits(desk.db, fetched(desk, second).delivery.request)


def test_who_waits_looks_again_though_nobody_calls(desk: Desk, worker: int) -> None:
    spread(desk, "a", "b")
    _, second = desk.claim(worker, room=2)
    put_off(desk, fetched(desk, second))
    desk.clock.skip(delivery_order.AGAIN + 1)
    assert recovery.bring_due(desk.db, now=desk.clock.now()) == 1
