"""Pausing the system, a user or a site; caps that change while jobs wait."""

from procs.records.job import Ask, Lane, Link, Person, State
from procs.store.health import runtime_settings
from procs.store.jobs import claimable, leases, pause_control, pauses, recovery, seats
from procs.store.people import users
from procs.store.requests import requests
from tests.contract.conftest import Clock, Desk
from tests.contract.cycle import holds


def keys(found: list[leases.Lease]) -> list[str]:
    return [lease.link.key for lease in found]


def of_site(desk: Desk, user: int, name: str, site: str) -> None:
    users.remember(desk.db, Person(user), now=desk.clock.now())
    desk.messages += 1
    link = Link(f"https://{site}/{name}", site, f"url:{name}")
    requests.submit(desk.db, [Ask(user, user, desk.messages, 0, link)], now=desk.clock.now())


def test_a_paused_system_starts_nothing_and_keeps_what_runs(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a", "b")
    (running,) = desk.claim(worker)

    pause_control.pause(desk.db, pauses.ALL, now=clock.now())

    assert desk.claim(worker) == []
    assert not claimable.ready(desk.db, Lane.HEAVY)
    assert holds(desk.db, running)
    pause_control.resume(desk.db, pauses.ALL, now=clock.now())
    assert keys(desk.claim(worker)) == ["url:b"]


def test_a_paused_user_waits_and_nobody_else(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c")
    desk.asks(2, "x")

    held = pause_control.pause(desk.db, pauses.user(1), now=clock.now())

    assert held == 3
    assert keys(desk.claim(desk.worker(), room=9)) == ["url:x"]


def test_a_paused_site_does_not_block_its_users_other_links(desk: Desk, clock: Clock) -> None:
    for name, site in (("a", "slow.example"), ("b", "slow.example"), ("c", "good.example")):
        of_site(desk, 1, name, site)

    pause_control.pause(desk.db, pauses.site("slow.example"), now=clock.now())

    assert keys(desk.claim(desk.worker(), room=9)) == ["url:c"]


def test_what_is_asked_for_during_a_pause_waits_for_its_end(desk: Desk, clock: Clock) -> None:
    pause_control.pause(desk.db, pauses.site("slow.example"), now=clock.now())
    of_site(desk, 1, "a", "slow.example")
    worker = desk.worker()
    assert desk.claim(worker) == []

    pause_control.resume(desk.db, pauses.site("slow.example"), now=clock.now())

    assert keys(desk.claim(worker)) == ["url:a"]


def test_a_job_under_two_pauses_waits_for_both_to_end(desk: Desk, clock: Clock) -> None:
    of_site(desk, 1, "a", "slow.example")
    pause_control.pause(desk.db, pauses.user(1), now=clock.now())
    pause_control.pause(desk.db, pauses.site("slow.example"), now=clock.now())
    worker = desk.worker()

    pause_control.resume(desk.db, pauses.user(1), now=clock.now())
    assert desk.claim(worker) == []
    pause_control.resume(desk.db, pauses.site("slow.example"), now=clock.now())

    assert keys(desk.claim(worker)) == ["url:a"]


def test_jobs_come_back_from_a_pause_in_the_order_of_asking(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c")
    pause_control.pause(desk.db, pauses.user(1), now=clock.now())

    pause_control.resume(desk.db, pauses.user(1), now=clock.now())

    assert keys(desk.claim(desk.worker(), room=9)) == ["url:a", "url:b"]


def test_a_paused_user_who_asks_too_takes_over_no_download(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c")
    pause_control.pause(desk.db, pauses.user(2), now=clock.now())

    desk.asks(2, "c")

    assert keys(desk.claim(desk.worker(), room=9)) == ["url:a", "url:b"]


def test_a_retry_that_falls_due_in_a_pause_is_held(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    (asked,) = desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    leases.retry(desk.db, lease, delay=1, now=clock.now(), error="x")
    pause_control.pause(desk.db, pauses.user(1), now=clock.now())
    clock.skip(5)

    recovery.bring_due(desk.db, now=clock.now())

    assert desk.status(asked.request).job_state is State.HELD


def test_a_job_given_back_in_a_pause_is_held(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    pause_control.pause(desk.db, pauses.user(1), now=clock.now())

    leases.release(desk.db, lease, now=clock.now())

    assert desk.claim(worker) == []


def test_a_raised_cap_starts_waiting_jobs_at_once(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c", "d")

    started = seats.set_cap(desk.db, 1, 3, now=clock.now())

    assert started == 1
    assert len(desk.claim(desk.worker(), room=9)) == 3


def test_a_lowered_cap_lets_running_jobs_end_and_starts_no_more(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a", "b", "c", "d")
    one, two = desk.claim(worker, room=9)
    seats.set_cap(desk.db, 1, 1, now=clock.now())

    leases.finish(desk.db, two, now=clock.now())
    assert desk.claim(worker) == []
    leases.finish(desk.db, one, now=clock.now())

    assert keys(desk.claim(worker, room=9)) == ["url:c"]


def test_the_cap_of_all_is_a_setting(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c", "d")
    desk.asks(2, "x", "y", "z")
    runtime_settings.write(desk.db, seats.CAP_SETTING, "3", now=clock.now())

    assert seats.fill_all(desk.db, now=clock.now()) == 2
    assert len(desk.claim(desk.worker(), room=9)) == 6
