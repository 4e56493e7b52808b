"""A medium that Telegram lost is fetched anew for whoever still waits for it."""

from procs.records.job import Kind, Lane, Lease
from procs.store.backups.invariants import audit
from procs.store.jobs import outcomes
from procs.store.media import deliveries
from procs.store.media.deliveries import SentCopy
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.requests import requests
from procs.store.requests.requests import RequestOrder
from tests.contract.conftest import Desk


def being_sent(desk: Desk, worker: int) -> tuple[Lease, RequestOrder]:
    """The delivery of a media that was fetched for somebody, and what they asked for."""
    (asked,) = desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    media, now = desk.media("a"), desk.clock.now()
    outcomes.finish_download(desk.db, lease, media, keys={"url:a"}, now=now)
    (delivery,) = desk.claim(worker, lane=Lane.LIGHT)
    order = requests.order(desk.db, asked.request)
    assert order is not None
    return delivery, order


def test_nothing_is_fetched_anew_for_a_person_who_left_meanwhile(desk: Desk) -> None:
    worker, now = desk.worker(), desk.clock.now
    delivery, order = being_sent(desk, worker)
    requests.cancel(desk.db, order.id, user=1, now=now())

    requests.fetch_anew(desk.db, delivery, order, now=now())

    kinds = desk.db.all("SELECT kind FROM jobs ORDER BY id")
    assert kinds == [(Kind.FETCH,), (Kind.DELIVER,)]
    assert audit(desk.db) == []


def test_what_is_fetched_anew_keeps_its_form_in_a_mode_that_began_meanwhile(desk: Desk) -> None:
    worker, now = desk.worker(), desk.clock.now
    delivery, order = being_sent(desk, worker)
    bot_modes.set_by_hand(desk.db, Mode.SOUND, until=None, admin=9, why="busy", now=now())

    requests.fetch_anew(desk.db, delivery, order, now=now())

    (again,) = desk.claim(worker)
    after = requests.order(desk.db, order.id)
    assert after is not None
    assert (again.link.variant, after.variant) == ("best", "best")


def test_parts_that_the_new_file_has_not_are_planned_no_more(desk: Desk) -> None:
    (asked,) = desk.asks(1, "a")
    three = deliveries.plan(desk.db, asked.request, 3)
    sent = {0: SentCopy(1, 0, 77)}
    deliveries.receipts(desk.db, asked.request, 5, sent, now=desk.clock.now())

    two = deliveries.plan(desk.db, asked.request, 2)
    again = deliveries.plan(desk.db, asked.request, 3)

    assert [part for part, _ in three] == [0, 1, 2]
    assert two == three[1:2]
    assert again == three[1:]
    assert deliveries.receipt_messages(desk.db, asked.request) == {77}
