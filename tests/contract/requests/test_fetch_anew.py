"""A medium that Telegram lost is fetched anew for whoever still waits for it."""

from procs.records.job import Kind, Lane
from procs.store.backups.invariants import audit
from procs.store.jobs import outcomes
from procs.store.requests import requests
from tests.contract.conftest import Desk


def test_nothing_is_fetched_anew_for_a_person_who_left_meanwhile(desk: Desk) -> None:
    (asked,) = desk.asks(1, "a")
    worker, now = desk.worker(), desk.clock.now
    (lease,) = desk.claim(worker)
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys={"url:a"}, now=now())
    (delivery,) = desk.claim(worker, lane=Lane.LIGHT)
    order = requests.order(desk.db, asked.request)
    assert order is not None
    requests.cancel(desk.db, asked.request, user=1, now=now())

    requests.fetch_anew(desk.db, delivery, order, now=now())

    kinds = desk.db.all("SELECT kind FROM jobs ORDER BY id")
    assert kinds == [(Kind.FETCH,), (Kind.DELIVER,)]
    assert audit(desk.db) == []
