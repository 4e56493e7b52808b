"""A site that keeps failing is left alone: by the person whose links fail, and by all when several
people's do."""

import pytest

from procs import errors
from procs.errors import JobError
from procs.store.jobs import leases
from procs.store.sites import breakers, visit_verdicts
from procs.store.sites.breakers import EVERYBODY, OpenBreaker, Way
from tests.contract.conftest import Clock, Desk
from tests.contract.site_jobs import (
    BROKEN,
    BUSY,
    CHECK,
    NAMED,
    SITE,
    asks,
    fails,
    lease,
    shut,
    works,
)


def one_person_fails(desk: Desk, error: JobError, *, links: int = 2, way: Way = SITE) -> None:
    """Every link of one person meets this, one after the other."""
    for number in range(links):
        (job,) = lease(desk, f"bad {number}", user=99)
        fails(desk, job, error, way)
        leases.finish(desk.db, job, now=desk.clock.now())


@pytest.mark.parametrize(
    "error",
    [
        errors.SiteBroken("500"),
        errors.NetworkBroken("reset"),
        errors.SiteBusy("429", wait=86400.0),
        errors.BotCheck("Just a moment"),
        errors.ProxyBroken("no tunnel"),
    ],
)
def test_whatever_one_persons_links_meet_closes_no_site_to_others(
    desk: Desk, error: JobError
) -> None:
    one_person_fails(desk, error, links=30)
    (other,) = lease(desk, "good")

    assert asks(desk, other) is None
    assert not any(one.is_shut_to_all for one in breakers.listed(desk.db))


def test_a_persons_failures_in_a_row_close_it_to_that_person(desk: Desk) -> None:
    one_person_fails(desk, errors.SiteBroken("500"), links=BROKEN.after - 1)
    (job,) = lease(desk, "last", user=99)
    assert asks(desk, job) is None

    rest = fails(desk, job, errors.SiteBroken("500"))

    assert rest == OpenBreaker(pytest.approx(desk.clock.wall + BROKEN.rest), "site-broken", 99)
    assert asks(desk, job) == rest


def test_a_success_between_begins_a_persons_row_anew(desk: Desk) -> None:
    for _ in range(2):
        one_person_fails(desk, errors.SiteBroken("500"), links=BROKEN.after - 1)
        (job,) = lease(desk, "good", user=99)
        works(desk, job)
        leases.finish(desk.db, job, now=desk.clock.now())

    assert [one.failures for one in breakers.listed(desk.db)] == [0, 0]


def test_the_attempts_of_one_link_are_no_row_of_failures(desk: Desk) -> None:
    (job,) = lease(desk, "a")

    for _ in range(9):
        assert fails(desk, job, errors.NetworkBroken("reset")) is None


def test_what_the_site_says_about_us_counts_each_time(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.SiteBusy("429"))

    assert fails(desk, job, errors.SiteBusy("429")) is not None


def test_the_sites_own_retry_after_holds_for_that_person(desk: Desk) -> None:
    (job,) = lease(desk, "a")

    rest = fails(desk, job, errors.SiteBusy("429", wait=7.0))

    assert rest == OpenBreaker(pytest.approx(desk.clock.wall + 7.0), "site-busy", job.user)


def test_several_people_with_several_media_close_it_to_everybody(desk: Desk) -> None:
    *jobs, other = lease(desk, *"abcd")
    assert len(jobs) == BROKEN.people
    assert [fails(desk, one, errors.SiteBroken("500")) for one in jobs[:-1]] == [None, None]
    assert asks(desk, other) is None

    rest = fails(desk, jobs[-1], errors.SiteBroken("500"))

    assert rest == OpenBreaker(
        pytest.approx(desk.clock.wall + BROKEN.rest), "site-broken", EVERYBODY
    )
    assert asks(desk, other) == rest


def test_one_dead_link_that_many_people_send_says_nothing_about_the_site(desk: Desk) -> None:
    for user in range(1, 9):
        (job,) = lease(desk, "the same", user=user)
        assert fails(desk, job, errors.SiteBroken("500")) is None
        leases.finish(desk.db, job, now=desk.clock.now())


def test_a_site_that_serves_others_is_not_closed_by_those_that_fail(desk: Desk) -> None:
    *jobs, one, two = lease(desk, *"abcde")
    fails(desk, jobs[0], errors.SiteBroken("500"))
    works(desk, one)

    for job in jobs[1:]:
        fails(desk, job, errors.SiteBroken("500"))

    assert asks(desk, two) is None


def test_a_busy_site_that_goes_down_is_closed_though_it_served_many_before(desk: Desk) -> None:
    jobs = lease(desk, *map(str, range(30)))
    fails(desk, jobs[0], errors.SiteBroken("500"))
    for job in jobs[1:20]:
        works(desk, job)

    rests = [fails(desk, job, errors.SiteBroken("500")) for job in jobs[20:]]

    assert rests.index(next(filter(None, rests))) == 7  # eight of the last ten


def test_what_happened_long_ago_is_not_weighed(desk: Desk, clock: Clock) -> None:
    jobs = lease(desk, *"abc")
    shut(desk, jobs[:2])
    clock.skip(visit_verdicts.WINDOW)

    assert fails(desk, jobs[2], errors.SiteBroken("500")) is None


@pytest.mark.parametrize("kind", [errors.Gone, errors.Drm, errors.LoginNeeded, errors.DiskFull])
def test_what_says_nothing_about_the_site_is_not_counted(desk: Desk, kind: type[JobError]) -> None:
    (job,) = lease(desk, "a")

    for _ in range(20):
        fails(desk, job, kind("no"))

    assert breakers.listed(desk.db) == []


def test_one_bot_check_of_a_site_that_we_know_closes_it_to_everybody(desk: Desk) -> None:
    one, other = lease(desk, "a", "b")

    fails(desk, one, errors.BotCheck("not a bot"), NAMED)

    assert asks(desk, other, NAMED) == OpenBreaker(
        pytest.approx(desk.clock.wall + CHECK.rest, abs=0.1), "bot-check", EVERYBODY
    )


def test_the_retry_after_of_a_site_that_we_know_holds_for_everybody(desk: Desk) -> None:
    one, other = lease(desk, "a", "b")

    fails(desk, one, errors.SiteBusy("429", wait=86400.0), NAMED)

    rest = asks(desk, other, NAMED)
    assert rest
    assert rest.until - desk.clock.wall == pytest.approx(BUSY.longest, abs=0.1)


@pytest.mark.parametrize(
    ("host", "closed"),
    [("www.youtube.com", True), ("evil.example", False), ("youtube.com.evil.example", False)],
)
def test_what_a_link_of_a_site_led_to_elsewhere_does_not_speak_for_it(
    desk: Desk, host: str, closed: bool
) -> None:
    one, other = lease(desk, "a", "b")
    error = errors.SiteBusy("429", wait=86400.0)
    error.host = host

    fails(desk, one, error, NAMED)

    assert (asks(desk, other, NAMED) is not None) is closed


def test_a_host_that_nobody_knows_is_believed_when_two_people_meet_the_same(desk: Desk) -> None:
    one, two, other = lease(desk, "a", "b", "c")
    fails(desk, one, errors.BotCheck("not a bot"))
    assert asks(desk, other) is None

    fails(desk, two, errors.BotCheck("not a bot"))

    assert asks(desk, other) is not None


def test_sites_and_egresses_are_apart(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.BotCheck("not a bot"), NAMED)

    assert asks(desk, job, Way("vimeo")) is None
    assert asks(desk, job, Way("youtube", "proxy.example:3128")) is None
