"""A media that Telegram holds already: one transaction of the bot, one end, and nothing said."""

from collections.abc import Iterator

import pytest

from procs.records.job import Ask, Lane, Lease
from procs.store import wake
from procs.store.jobs import outcomes
from procs.store.media import references
from procs.store.requests import heard_updates, requests, status_columns
from procs.store.wake import WakeSocket
from tests.contract.conftest import Clock, Desk

#: Messages of people, as their updates name them.
FIRST = (7, 500, 0)


@pytest.fixture
def known(desk: Desk, clock: Clock) -> Desk:
    references.save(desk.db, desk.media("known"), keys={"url:known"}, now=clock.now())
    return desk


def asks(desk: Desk, *names: str) -> list[Ask]:
    return [Ask(7, 7, 500, n, desk.link(name)) for n, name in enumerate(names)]


def accepted(desk: Desk, *names: str) -> list[requests.Submitted]:
    return requests.submit(desk.db, asks(desk, *names), now=desk.clock.now(), mark=FIRST)


def delivered(desk: Desk, request: int) -> bool:
    """Whether nothing is left to be said of it."""
    (lease,) = delivery(desk)
    assert lease.delivery.request == request
    return outcomes.finish_delivery(desk.db, lease, request, worker="w", now=desk.clock.now())


def delivery(desk: Desk) -> list[Lease]:
    return desk.claim(desk.worker(), lane=Lane.LIGHT)


def test_its_message_is_heard_with_the_request(known: Desk) -> None:
    accepted(known, "known")
    assert heard_updates.is_known(known.db, FIRST)


def test_a_message_that_has_to_be_answered_is_not_heard_yet(known: Desk) -> None:
    accepted(known, "known", "new")
    assert not heard_updates.is_known(known.db, FIRST)


def test_what_came_at_once_is_over_without_a_word(known: Desk) -> None:
    (one,) = accepted(known, "known")
    assert delivered(known, one.request)
    assert known.open_statuses() == []


def test_a_status_message_that_is_on_its_way_is_to_be_taken_away(known: Desk) -> None:
    (one,) = accepted(known, "known")
    assert status_columns.begins(known.db, one.request, now=known.clock.now())
    assert not delivered(known, one.request)
    assert [status.state for status in known.open_statuses()] == ["delivered"]


def test_no_status_message_is_begun_for_what_is_over(known: Desk) -> None:
    (one,) = accepted(known, "known")
    delivered(known, one.request)
    assert not status_columns.begins(known.db, one.request, now=known.clock.now())


@pytest.mark.parametrize("names", [("known", "known-too"), ("known", "new")])
def test_of_several_links_the_bot_says_the_last_word(
    known: Desk, clock: Clock, names: tuple[str, ...]
) -> None:
    references.save(known.db, known.media("known-too"), keys={"url:known-too"}, now=clock.now())
    one, _ = accepted(known, *names)
    assert not delivered(known, one.request)


def test_a_download_that_arrives_is_the_bots_to_tell(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "new")
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(desk.db, lease, desk.media("new"), keys={"url:new"}, now=clock.now())
    assert not delivered(desk, one.request)


@pytest.fixture
def ear(known: Desk) -> Iterator[WakeSocket]:
    """A worker that is idle for everything."""
    socket = WakeSocket(known.db.run, "w00-1")
    socket.rest()
    yield socket
    socket.close()


@pytest.mark.parametrize(("name", "lane"), [("known", Lane.LIGHT), ("new", Lane.HEAVY)])
def test_a_worker_is_woken_for_the_lane_of_the_work(
    known: Desk, ear: WakeSocket, name: str, lane: Lane
) -> None:
    accepted(known, name)
    assert ear.heard() == {wake.WORK % lane}


def test_a_message_that_is_known_already_wakes_nobody(known: Desk, ear: WakeSocket) -> None:
    accepted(known, "known")
    ear.heard()
    ear.rest()
    accepted(known, "known")
    assert ear.heard() == set()


@pytest.mark.sqlite
def test_its_request_takes_one_transaction(known: Desk) -> None:
    said: list[str] = []
    known.db.connection.set_trace_callback(said.append)  # type: ignore[attr-defined]
    accepted(known, "known")
    heard_updates.note(known.db, FIRST, now=known.clock.now())
    assert said.count("COMMIT") == 1
