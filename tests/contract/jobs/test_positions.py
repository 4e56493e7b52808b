"""Places in fair order, and waiting times that are measured."""

import pytest

from procs.records.job import Lease
from procs.store.jobs import outcomes, seats
from tests.contract.conftest import Clock, Desk


@pytest.fixture
def downloads_take(desk: Desk, clock: Clock) -> None:
    """Eight downloads of the site took 30 s each, one after the other."""
    worker = desk.worker("w08-1")
    for number in range(8):
        desk.asks(1000 + number, f"before{number}")
        (lease,) = desk.claim(worker)
        outcomes.note_start(desk.db, lease, worker="w08-1", now=clock.now())
        clock.skip(30)
        finish(desk, lease, f"before{number}")


def finish(desk: Desk, lease: Lease, name: str) -> None:
    now = desk.clock.now()
    outcomes.finish_download(desk.db, lease, desk.media(name), keys={f"url:{name}"}, now=now)
    (light,) = desk.claim(lease.worker, lane=type(lease.lane)(0))
    outcomes.finish_delivery(desk.db, light, light.delivery.request, worker="w", now=now)


def test_places_are_turns(desk: Desk) -> None:
    asked = {
        one.request: name
        for user, names in ((1, "abcde"), (2, "vw"), (3, "xyz"))
        for one, name in zip(desk.asks(user, *names), names, strict=True)
    }
    by_place = sorted(asked, key=lambda request: (desk.status(request).place, request))
    turns = [asked[request] for request in by_place]

    assert turns == list("abvwxyczde")


def test_nobody_waits_while_a_room_is_free(desk: Desk, downloads_take: None) -> None:
    (asked,) = desk.asks(1, "a")

    assert desk.status(asked.request).wait == 0.0


def test_the_wait_grows_with_the_place_when_the_rooms_are_full(
    desk: Desk, downloads_take: None
) -> None:
    seats.configure(desk.db, cap=2, rooms=2, now=desk.clock.now())
    for user in range(2, 6):
        desk.asks(user, f"other{user}")
    desk.claim(desk.worker(), room=2)
    (asked,) = desk.asks(1, "a")

    found = desk.status(asked.request)

    assert found.place == 3
    assert found.wait == pytest.approx(30 * 3 / 2, rel=0.01)


def test_ones_own_line_counts_though_rooms_are_free(desk: Desk, downloads_take: None) -> None:
    asked = desk.asks(1, *(f"a{n}" for n in range(12)))
    desk.claim(desk.worker(), room=2)

    assert desk.status(asked[-1].request).wait == pytest.approx(30 * 10 / 2, rel=0.01)


def test_without_experience_no_time_is_promised(desk: Desk) -> None:
    seats.configure(desk.db, cap=2, rooms=1, now=desk.clock.now())
    asked = desk.asks(1, "a", "b", "c")

    assert desk.status(asked[-1].request).wait == 0.0
