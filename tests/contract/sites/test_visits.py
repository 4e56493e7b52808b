"""The operator's rules of a site hold over all processes: rate, gap, how many at once, cookies."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some

from procs.config.rules import Rate, Rules
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.records.job import Lease, State
from procs.records.job_progress import Progress, Turn
from procs.store.jobs import leases, pause_control, pauses, recovery
from procs.store.sites import cookies, visits
from procs.store.sites.breakers import Way
from procs.store.sites.visits import SitePace
from tests.contract.conftest import Clock, Desk

SITE = "site.example"
WAY = Way(SITE)


def running(desk: Desk, *names: str) -> list[Lease]:
    for number, name in enumerate(names, 1):
        desk.asks(number, name)
    return desk.claim(desk.worker(), room=len(names))


def enters(desk: Desk, lease: Lease, most: int = 1) -> bool:
    return visits.enter(desk.db, lease, SITE, most=most, now=desk.clock.now())


def leaves(desk: Desk, lease: Lease) -> bool:
    return visits.leave(desk.db, lease, SITE, most=1, now=desk.clock.now())


def waits(desk: Desk, lease: Lease, why: str, delay: float = 30.0) -> None:
    leases.postpone(desk.db, lease, delay=delay, now=desk.clock.now(), why=why)


def test_a_rate_lets_a_tenth_go_at_once_and_spreads_the_rest(desk: Desk, clock: Clock) -> None:
    rules, now = Rules(rate=Rate(20, 3600.0)), clock.now()

    booked = [visits.book(desk.db, WAY, rules, now=now) - now.wall for _ in range(4)]

    assert booked == pytest.approx([0, 0, 200, 400], abs=1e-3)


@given(most=some.integers(1, 60), steps=some.lists(some.floats(0, 90), min_size=1, max_size=150))
def test_no_stretch_of_time_holds_more_visits_than_the_rate(most: int, steps: list[float]) -> None:
    rules, now, begins, pace = Rules(rate=Rate(most, 60.0)), 0.0, [], SitePace()
    for step in steps:
        now += step
        begins.append(pace.begin(rules, now))
        pace = pace.after(rules, begins[-1])

    late = [b - a for a, b in zip(begins, begins[most:], strict=False)]

    assert all(one >= 60.0 - 1e-6 for one in late)


def test_a_gap_keeps_starts_apart(desk: Desk, clock: Clock) -> None:
    rules, now = Rules(gap=5.0), clock.now()

    booked = [visits.book(desk.db, WAY, rules, now=now) - now.wall for _ in range(3)]

    assert booked == pytest.approx([0, 5, 10], abs=1e-3)


def test_each_egress_has_a_pace_of_its_own(desk: Desk, clock: Clock) -> None:
    rules, now = Rules(gap=60.0), clock.now()
    visits.book(desk.db, WAY, rules, now=now)

    assert visits.at(desk.db, Way(SITE, "proxy.example:3128"), rules, now=now) == now.wall


def test_without_rules_nothing_is_written(desk: Desk, clock: Clock) -> None:
    visits.book(desk.db, WAY, Rules(), now=clock.now())

    assert desk.db.all("SELECT * FROM paces") == []


def test_no_more_visitors_at_once_than_allowed(desk: Desk) -> None:
    found = running(desk, "a", "b", "c")

    entered = [enters(desk, one, most=2) for one in found]

    assert entered == [True, True, False]


def test_a_visitor_whose_lease_is_lost_takes_no_room(desk: Desk, clock: Clock) -> None:
    a, b = running(desk, "a", "b")
    enters(desk, a)
    clock.skip(leases.LEASE + 1)
    recovery.reap(desk.db, now=clock.now())
    (again,) = (one for one in desk.claim(desk.worker(), room=2) if one.job == b.job)

    assert enters(desk, again)
    assert visits.prune(desk.db, now=clock.now()) == 1


def lines_up(desk: Desk, lease: Lease) -> None:
    """It finds the site full, and waits."""
    assert not enters(desk, lease)
    waits(desk, lease, visits.FULL)


def due(desk: Desk) -> list[int]:
    """The jobs whose time has come, claimed."""
    recovery.bring_due(desk.db, now=desk.clock.now())
    return [one.job for one in desk.claim(desk.worker(), room=9)]


def test_who_leaves_calls_the_one_that_waits_longest(desk: Desk, clock: Clock) -> None:
    a, b, c, d = running(desk, "a", "b", "c", "d")
    enters(desk, a)
    waits(desk, d, visits.TURN)
    lines_up(desk, c)
    lines_up(desk, b)

    assert leaves(desk, a)

    assert due(desk) == [b.job]
    assert not leaves(desk, a)


def test_nobody_gets_in_before_those_who_were_called(desk: Desk, clock: Clock) -> None:
    a, b, c = running(desk, "a", "b", "c")
    enters(desk, a)
    lines_up(desk, b)
    leaves(desk, a)

    assert not enters(desk, c)
    recovery.bring_due(desk.db, now=clock.now())
    (called,) = desk.claim(desk.worker(), room=9)
    assert not enters(desk, c)
    assert enters(desk, called)


def test_who_is_held_up_elsewhere_keeps_nobody_out(desk: Desk, clock: Clock) -> None:
    a, b, c = running(desk, "a", "b", "c")
    enters(desk, a)
    assert not enters(desk, b)
    leases.retry(desk.db, b, delay=900, now=clock.now(), error="breaker bot-check", free=True)
    leaves(desk, a)

    assert enters(desk, c)


def test_a_visitor_that_died_is_missed_by_the_next_who_asks(desk: Desk, clock: Clock) -> None:
    a, b, c = running(desk, "a", "b", "c")
    enters(desk, a)
    lines_up(desk, b)
    leases.release(desk.db, a, now=clock.now())

    assert not enters(desk, c)

    assert b.job in due(desk)


def test_who_waits_for_a_turn_keeps_the_seat_and_the_attempt(desk: Desk, clock: Clock) -> None:
    """So 500 links of one user do not book the turns of all others."""
    desk.asks(1, "a", "b", "c")
    worker = desk.worker()
    a, b = desk.claim(worker, room=9)
    waits(desk, a, visits.TURN, delay=5)
    waits(desk, b, visits.TURN, delay=5)
    assert desk.claim(worker, room=9) == []
    clock.skip(5)

    recovery.bring_due(desk.db, now=clock.now())

    again = desk.claim(worker, room=9)
    assert [(one.job, one.seat, one.attempt) for one in again] == [
        (a.job, a.seat, 1),
        (b.job, b.seat, 1),
    ]


def test_a_turn_that_comes_in_a_pause_is_held_without_its_seat(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c")
    a, _ = desk.claim(desk.worker(), room=9)
    waits(desk, a, visits.TURN, delay=5)
    pause_control.pause(desk.db, pauses.user(1), now=clock.now())
    clock.skip(5)

    recovery.bring_due(desk.db, now=clock.now())

    assert desk.status(1).job_state is State.HELD


def test_what_is_noted_survives_the_wait(desk: Desk, clock: Clock) -> None:
    (a,) = running(desk, "a")
    a.progress.turn = Turn("default", 7.0)
    waits(desk, a, visits.TURN, delay=1)
    clock.skip(1)
    recovery.bring_due(desk.db, now=clock.now())

    (again,) = desk.claim(desk.worker())

    assert again.progress == Progress(turn=Turn("default", 7.0))


def refused(desk: Desk, why: str, times: int = 1) -> float | None:
    until = None
    for _ in range(times):
        until = cookies.note_refusal(desk.db, SITE, "a.txt", why, now=desk.clock.now())
    return until


def rests(desk: Desk, now: Now | None = None, *, written: float = 0.0) -> bool:
    return cookies.rests(desk.db, SITE, "a.txt", written=written, now=now or desk.clock.now())


@pytest.mark.parametrize("why", list(cookies.MOST))
def test_cookies_rest_after_refusals_in_a_row(desk: Desk, why: str) -> None:
    assert refused(desk, why, cookies.MOST[why] - 1) is None
    assert not rests(desk)

    assert refused(desk, why) == pytest.approx(desk.clock.wall + cookies.REST, abs=0.1)

    assert rests(desk)
    desk.clock.skip(cookies.REST)
    assert not rests(desk)


def test_an_accepted_visit_clears_the_file(desk: Desk) -> None:
    refused(desk, "login-needed", cookies.MOST["login-needed"] - 1)
    cookies.note_success(desk.db, SITE, "a.txt")

    assert refused(desk, "login-needed") is None


def test_a_file_that_one_machine_has_anew_does_not_rest_for_the_old_one_of_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = partial(monkeypatch.setattr, machine_name.HERE, "told")
    on("m1")
    refused(desk, "bot-check", cookies.MOST["bot-check"])
    cookies.note_new_file(desk.db, SITE, "a.txt")
    on("m2")
    refused(desk, "bot-check", cookies.MOST["bot-check"])
    assert rests(desk)

    on("m1")

    assert not rests(desk)
    assert cookies.health(desk.db, SITE, "a.txt") is None
    (other,) = cookies.everywhere(desk.db, SITE, "a.txt")
    assert (other.file, other.machine) == ("a.txt/m2", "m2")


def test_cookies_that_fail_again_rest_longer(desk: Desk, clock: Clock) -> None:
    refused(desk, "bot-check", cookies.MOST["bot-check"])
    clock.skip(cookies.REST)

    until = refused(desk, "bot-check", cookies.MOST["bot-check"])

    assert until == pytest.approx(clock.wall + 2 * cookies.REST, abs=0.1)


def test_a_file_that_was_written_anew_is_used_at_once(desk: Desk) -> None:
    refused(desk, "bot-check", cookies.MOST["bot-check"])

    assert not rests(desk, written=desk.clock.wall + 1)
