"""What a status says of a request that does not move: who holds it up."""

import pytest

from procs.records.job import Ask, Lane, State
from procs.store.jobs import leases, outcomes, pause_control
from procs.store.requests import request_status, requests
from tests.contract.conftest import Clock, Desk


def test_a_job_behind_the_users_own_knows_its_place_in_their_line(desk: Desk) -> None:
    asked = desk.asks(1, "a", "b", "c", "d")
    seen = [desk.status(one.request) for one in asked]
    assert [(one.job_state, one.ahead) for one in seen] == [
        (State.QUEUED, 0),
        (State.QUEUED, 0),
        (State.WAITING, 1),
        (State.WAITING, 2),
    ]


def test_a_link_in_a_strangers_line_is_behind_none_of_my_own(desk: Desk) -> None:
    desk.asks(1, "a", "b", "c")
    desk.asks(2, "x", "y")
    (mine,) = desk.asks(2, "c")
    assert (desk.status(mine.request).job_state, desk.status(mine.request).ahead) == (
        State.WAITING,
        0,
    )


@pytest.mark.parametrize(
    ("scope", "paused"),
    [("all", "all"), ("user:1", "user"), ("site:site.example", "site"), ("user:2", "")],
)
def test_a_pause_is_named_by_whose_it_is(desk: Desk, clock: Clock, scope: str, paused: str) -> None:
    queued, waiting = (desk.asks(1, name)[0].request for name in ("a", "b"))
    pause_control.pause(desk.db, scope, why="a test", now=clock.now())
    assert [desk.status(one).paused for one in (queued, waiting)] == [paused] * 2
    assert [one.paused for one in desk.open_statuses()] == [paused] * 2


def test_what_runs_is_held_up_by_no_pause_and_what_comes_again_is(desk: Desk, clock: Clock) -> None:
    runs, comes = (desk.asks(1, name)[0].request for name in ("a", "b"))
    _, lease = desk.claim(desk.worker(), room=2)
    leases.retry(desk.db, lease, delay=60, now=clock.now(), error="network-broken")
    pause_control.pause(desk.db, "all", why="a test", now=clock.now())
    assert [desk.status(one).paused for one in (runs, comes)] == ["", "all"]


def test_a_delivery_is_held_up_by_a_pause_of_all_and_of_no_site(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys={"url:a"}, now=clock.now())
    pause_control.pause(desk.db, "site:site.example", why="a test", now=clock.now())
    assert (desk.status(one.request).paused, desk.status(one.request).ready) == ("", True)
    pause_control.pause(desk.db, "all", why="a test", now=clock.now())
    assert (desk.status(one.request).paused, desk.status(one.request).step) == ("all", None)


def test_a_worker_without_a_beat_stalls_until_it_is_taken_over(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    worker = desk.worker()
    desk.claim(worker)
    clock.skip(request_status.SILENT - 1)
    assert not desk.status(one.request).stalls
    clock.skip(2)
    assert desk.status(one.request).stalls
    leases.renew(desk.db, worker=worker, now=clock.now())
    assert not desk.status(one.request).stalls


def test_a_wait_for_telegram_says_whether_the_media_is_ready(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys={"url:a"}, now=clock.now())
    (lease,) = desk.claim(desk.worker(), lane=Lane.LIGHT)
    leases.retry(desk.db, lease, delay=11, now=clock.now(), error="flood-wait chat:1", free=True)
    seen = desk.status(one.request)
    assert (seen.ready, seen.error, seen.job_state) == (True, "flood-wait chat:1", State.LATER)


def test_a_list_is_held_up_by_a_pause_of_its_user(desk: Desk, clock: Clock) -> None:
    ask = Ask(7, 7, 1, 0, desk.link("list", "best#1"))
    (one,) = requests.submit(desk.db, [ask], now=clock.now())
    entry = Ask(7, 7, 1, 10_001, desk.link("e"), parent=one.request, place=1)
    requests.submit(desk.db, [entry], now=clock.now())
    pause_control.pause(desk.db, "user:7", why="a test", now=clock.now())
    assert desk.status(one.request).paused == "user"


def test_a_job_that_a_free_room_waits_for_has_no_place_in_the_line(desk: Desk) -> None:
    (one,) = desk.asks(1, "a")
    assert desk.status(one.request).place == 0
