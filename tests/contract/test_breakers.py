"""A site that keeps failing is left alone by all, for longer each time, and tried out by one."""

import pytest

from procs import errors
from procs.errors import JobError
from procs.job import Lease, State
from procs.store import breakers, leases, upkeep
from procs.store.breakers import Rest, Way
from tests.contract.conftest import Clock, Desk

SITE = Way("site.example")
LOOK = 10.0


def lease(desk: Desk, *names: str) -> list[Lease]:
    """Running downloads of one site, each of a user of its own."""
    for number, name in enumerate(names, 1):
        desk.asks(number, name)
    return desk.claim(desk.worker(), room=len(names))


def fails(desk: Desk, job: Lease, error: JobError, way: Way = SITE) -> Rest | None:
    return breakers.failed(desk.db, job, way, error, now=desk.clock.now())[0]


def asks(desk: Desk, job: Lease, way: Way = SITE) -> Rest | None:
    return breakers.ask(desk.db, job, way, patience=LOOK, now=desk.clock.now())


def works(desk: Desk, *, whole: bool = True, way: Way = SITE) -> bool:
    return breakers.worked(desk.db, way, whole=whole, now=desk.clock.now())


def state(desk: Desk) -> str:
    (one,) = breakers.listed(desk.db)
    return one.state(desk.clock.now())


def test_failures_in_a_row_open_it_and_a_success_between_starts_anew(desk: Desk) -> None:
    *jobs, job = lease(desk, *"abcde")
    assert len(jobs) + 1 == breakers.TRIPS[errors.SiteBroken].after
    for _ in range(2):
        works(desk)
        for one in jobs:
            assert fails(desk, one, errors.SiteBroken("500")) is None
    assert asks(desk, job) is None

    rest = fails(desk, job, errors.SiteBroken("500"))

    assert rest == Rest(
        pytest.approx(desk.clock.wall + breakers.TRIPS[errors.SiteBroken].rest), "site-broken"
    )
    assert asks(desk, job) == rest


def test_the_attempts_of_one_link_are_no_row_of_failures(desk: Desk) -> None:
    (job,) = lease(desk, "a")

    for _ in range(9):
        assert fails(desk, job, errors.NetworkBroken("reset")) is None


def test_what_the_site_says_about_us_counts_each_time(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.SiteBusy("429"))

    assert fails(desk, job, errors.SiteBusy("429")) is not None


@pytest.mark.parametrize("kind", [errors.Gone, errors.Drm, errors.LoginNeeded, errors.DiskFull])
def test_what_says_nothing_about_the_site_is_not_counted(desk: Desk, kind: type[JobError]) -> None:
    (job,) = lease(desk, "a")

    for _ in range(20):
        fails(desk, job, kind("no"))

    assert breakers.listed(desk.db) == []


def test_one_bot_check_opens_it(desk: Desk) -> None:
    (job,) = lease(desk, "a")

    fails(desk, job, errors.BotCheck("not a bot"))

    assert state(desk) == "open"


def test_the_sites_own_retry_after_opens_it_for_as_long(desk: Desk) -> None:
    (job,) = lease(desk, "a")

    rest = fails(desk, job, errors.SiteBusy("429", wait=7.0))

    assert rest == Rest(pytest.approx(desk.clock.wall + 7.0), "site-busy")


def test_sites_and_egresses_are_apart(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.BotCheck("not a bot"))

    assert asks(desk, job, Way("other.example")) is None
    assert asks(desk, job, Way("site.example", "proxy.example:3128")) is None


def test_after_its_end_one_job_makes_the_trial_and_the_others_wait(desk: Desk) -> None:
    a, b, c = lease(desk, "a", "b", "c")
    fails(desk, a, errors.BotCheck("not a bot"))
    desk.clock.skip(breakers.TRIPS[errors.BotCheck].rest)

    answers = [asks(desk, job) for job in (b, c, a)]

    assert state(desk) == "half-open"
    assert answers[0] is None
    assert answers[1] == Rest(pytest.approx(desk.clock.wall + LOOK, abs=0.1), "bot-check")
    assert answers[2] is not None


def test_a_failed_trial_opens_it_for_twice_as_long_each_time_up_to_a_limit(desk: Desk) -> None:
    a, b = lease(desk, "a", "b")
    rests = []
    rest = fails(desk, a, errors.SiteBusy("429", wait=100.0))
    while rest and len(rests) < 9:
        rests.append(round(rest.until - desk.clock.wall))
        desk.clock.skip(rests[-1])
        assert asks(desk, b) is None
        rest = fails(desk, b, errors.SiteBusy("429", wait=100.0))

    assert rests == [100, 200, 400, 800, 1600, 3200, 3600, 3600, 3600]


def test_a_trial_whose_lease_is_lost_is_free_for_another(desk: Desk, clock: Clock) -> None:
    a, b = lease(desk, "a", "b")
    fails(desk, a, errors.BotCheck("not a bot"))
    clock.skip(breakers.TRIPS[errors.BotCheck].rest)
    assert asks(desk, a) is None
    assert asks(desk, b) is not None

    leases.release(desk.db, a, now=clock.now())

    assert asks(desk, b) is None


def test_what_began_before_the_opening_does_not_close_it(desk: Desk) -> None:
    a, _ = lease(desk, "a", "b")
    fails(desk, a, errors.BotCheck("not a bot"))

    assert not works(desk)
    assert state(desk) == "open"


def test_a_probe_clears_a_bot_check_but_not_broken_downloads(desk: Desk, clock: Clock) -> None:
    a, *others = lease(desk, *"abcde")
    for one in (a, *others):
        fails(desk, one, errors.NetworkBroken("reset"))
    clock.skip(breakers.TRIPS[errors.NetworkBroken].rest)
    asks(desk, a)
    assert not works(desk, whole=False)
    assert works(desk, whole=True)

    fails(desk, a, errors.BotCheck("not a bot"))
    clock.skip(breakers.TRIPS[errors.BotCheck].longest)
    asks(desk, a)

    assert works(desk, whole=False)


def test_a_closed_breaker_calls_those_who_wait_for_it_and_nobody_else(
    desk: Desk, clock: Clock
) -> None:
    a, b, c = lease(desk, "a", "b", "c")
    fails(desk, a, errors.BotCheck("not a bot"))
    leases.retry(
        desk.db, b, delay=900, now=clock.now(), error=f"{breakers.WAITS} bot-check", free=True
    )
    leases.retry(desk.db, c, delay=900, now=clock.now(), error="network-broken")
    clock.skip(breakers.TRIPS[errors.BotCheck].rest)
    asks(desk, a)

    assert works(desk)

    assert upkeep.bring_due(desk.db, now=clock.now()) == 1
    assert [desk.glance(n).job_state for n in (2, 3)] == [State.QUEUED, State.LATER]


def test_closing_by_hand_lets_all_in_and_begins_with_short_rests_again(
    desk: Desk, clock: Clock
) -> None:
    (a,) = lease(desk, "a")
    for _ in range(3):
        fails(desk, a, errors.BotCheck("not a bot"))
        clock.skip(breakers.TRIPS[errors.BotCheck].longest)
    assert breakers.close(desk.db, SITE.site, now=clock.now()) == 1
    assert asks(desk, a) is None
    assert breakers.close(desk.db, SITE.site, now=clock.now()) == 0

    rest = fails(desk, a, errors.BotCheck("not a bot"))

    assert rest is not None
    assert rest.until - clock.wall == pytest.approx(breakers.TRIPS[errors.BotCheck].rest, abs=0.1)


def test_old_ones_are_forgotten_and_open_ones_are_not(desk: Desk, clock: Clock) -> None:
    (a,) = lease(desk, "a")
    fails(desk, a, errors.NetworkBroken("reset"), Way("closed.example"))
    fails(desk, a, errors.SiteBusy("429", wait=3600.0), Way("over.example"))
    clock.skip(breakers.FORGET + 3601)
    fails(desk, a, errors.BotCheck("not a bot"), Way("open.example"))

    assert breakers.prune(desk.db, now=clock.now()) == 2
    assert [one.site for one in breakers.listed(desk.db)] == ["open.example"]
