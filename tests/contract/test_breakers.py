"""A site that keeps failing is left alone: by the person whose links fail, and by all when several
people's do. A trial of our own looks when it is over."""

import pytest

from procs import errors
from procs.errors import JobError
from procs.job import Kind, Lane, Lease, State
from procs.store import breakers, leases, trials, upkeep, verdicts
from procs.store.breakers import EVERYBODY, TRIPS, Rest, Way
from tests.contract.conftest import Clock, Desk

SITE, NAMED = Way("site.example"), Way("youtube")
LOOK = 10.0
BROKEN, BUSY, CHECK = TRIPS[errors.SiteBroken], TRIPS[errors.SiteBusy], TRIPS[errors.BotCheck]


def lease(desk: Desk, *names: str, user: int = 0) -> list[Lease]:
    """Running downloads of one site, each of a user of its own, or all of one."""
    found = []
    for number, name in enumerate(names, 1):
        desk.asks(user or number, name)
        found += desk.claim(desk.worker())
    return found


def fails(desk: Desk, job: Lease, error: JobError, way: Way = SITE) -> Rest | None:
    return breakers.failed(desk.db, job, way, error, now=desk.clock.now())[0]


def asks(desk: Desk, job: Lease, way: Way = SITE) -> Rest | None:
    return breakers.ask(desk.db, job, way, patience=LOOK, now=desk.clock.now())


def works(desk: Desk, job: Lease, *, whole: bool = True, way: Way = SITE) -> bool:
    return breakers.worked(desk.db, job, way, whole=whole, now=desk.clock.now())


def state(desk: Desk, person: int = EVERYBODY) -> str:
    (one,) = [one for one in breakers.listed(desk.db) if one.person == person]
    return one.state(desk.clock.now())


def shut(desk: Desk, jobs: list[Lease], way: Way = SITE) -> None:
    """Close a site to everybody, by as many people as that takes."""
    for job in jobs[: BROKEN.people]:
        fails(desk, job, errors.SiteBroken("500"), way)


def trial(desk: Desk) -> Lease:
    """The trial, claimed as soon as it is due."""
    upkeep.bring_due(desk.db, now=desk.clock.now())
    (found,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    assert found.kind is Kind.TRIAL
    return found


def one_person_fails(desk: Desk, error: JobError, *, links: int = 2, way: Way = SITE) -> None:
    """Every link of one person meets this, one after the other."""
    for number in range(links):
        (job,) = lease(desk, f"bad {number}", user=99)
        fails(desk, job, error, way)
        leases.finish(desk.db, job, now=desk.clock.now())


# --- one person ------------------------------------------------------------------------------


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

    assert rest == Rest(pytest.approx(desk.clock.wall + BROKEN.rest), "site-broken", 99)
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

    assert rest == Rest(pytest.approx(desk.clock.wall + 7.0), "site-busy", job.user)


# --- everybody -------------------------------------------------------------------------------


def test_several_people_with_several_media_close_it_to_everybody(desk: Desk) -> None:
    *jobs, other = lease(desk, *"abcd")
    assert len(jobs) == BROKEN.people
    assert [fails(desk, one, errors.SiteBroken("500")) for one in jobs[:-1]] == [None, None]
    assert asks(desk, other) is None

    rest = fails(desk, jobs[-1], errors.SiteBroken("500"))

    assert rest == Rest(pytest.approx(desk.clock.wall + BROKEN.rest), "site-broken", EVERYBODY)
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
    clock.skip(verdicts.WINDOW)

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

    assert asks(desk, other, NAMED) == Rest(
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


# --- the trial -------------------------------------------------------------------------------


def test_after_its_end_the_site_is_tried_by_a_job_of_our_own(desk: Desk, clock: Clock) -> None:
    jobs = lease(desk, *"abcd")
    shut(desk, jobs)
    clock.skip(BROKEN.rest)

    answers = [asks(desk, job) for job in jobs]

    assert state(desk) == "half-open"
    assert answers == [Rest(pytest.approx(clock.wall + LOOK, abs=0.1), "site-broken")] * 4
    one = trial(desk)
    assert one.user == EVERYBODY
    assert one.link.url == "https://site.example/c"
    assert [each.trial for each in breakers.listed(desk.db) if each.is_shut_to_all] == [one.job]


def test_a_trial_is_due_at_the_end_of_the_opening_and_not_before(desk: Desk, clock: Clock) -> None:
    shut(desk, lease(desk, *"abc"))
    clock.skip(BROKEN.rest - 1)
    assert upkeep.bring_due(desk.db, now=clock.now()) == 0

    clock.skip(1)

    assert upkeep.bring_due(desk.db, now=clock.now()) == 1


def test_who_asks_after_the_trial_was_lost_has_another_one_made(desk: Desk, clock: Clock) -> None:
    jobs = lease(desk, *"abc")
    shut(desk, jobs)
    clock.skip(BROKEN.rest)
    leases.finish(desk.db, trial(desk), now=clock.now())

    assert asks(desk, jobs[0])
    assert asks(desk, jobs[1])

    assert trial(desk).trial.person == EVERYBODY
    assert desk.claim(desk.worker(), lane=Lane.LOOK) == []


def test_a_failed_trial_opens_it_for_twice_as_long_each_time_up_to_a_limit(
    desk: Desk, clock: Clock
) -> None:
    jobs = lease(desk, *"abc")
    shut(desk, jobs)
    clock.skip(BROKEN.rest)
    rests = []
    for _ in range(4):
        rest = breakers.disproven(
            desk.db, SITE, EVERYBODY, errors.SiteBroken("500"), now=clock.now()
        )
        rests.append(round(rest.until - clock.wall))
        clock.skip(rests[-1])

    assert rests == [10, 20, 20, 20]


def test_a_trial_that_was_no_answer_keeps_the_reason_of_the_opening(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.BotCheck("not a bot"), NAMED)
    desk.clock.skip(CHECK.rest)

    rest = breakers.disproven(
        desk.db, NAMED, EVERYBODY, errors.EngineDied(""), now=desk.clock.now()
    )

    assert (rest.why, round(rest.until - desk.clock.wall)) == ("bot-check", 2 * CHECK.rest)


def test_a_trial_that_saw_the_site_work_calls_all_who_wait_and_nobody_else(
    desk: Desk, clock: Clock
) -> None:
    *jobs, b, c = lease(desk, *"abcde")
    shut(desk, jobs)
    why = f"{breakers.WAITS} site-broken"
    leases.retry(desk.db, b, delay=900, now=clock.now(), error=why, free=True)
    leases.retry(desk.db, c, delay=900, now=clock.now(), error="network-broken")
    assert trials.is_awaited(desk.db, SITE.site, now=clock.now())
    clock.skip(BROKEN.rest)
    leases.finish(desk.db, trial(desk), now=clock.now())

    assert breakers.proven(desk.db, SITE, now=clock.now())

    assert upkeep.bring_due(desk.db, now=clock.now()) == 1
    assert [desk.glance(n).job_state for n in (4, 5)] == [State.QUEUED, State.LATER]
    assert not trials.is_awaited(desk.db, SITE.site, now=clock.now())
    assert asks(desk, jobs[0]) is None


def test_what_closed_it_once_is_not_held_against_the_site_again(desk: Desk, clock: Clock) -> None:
    *jobs, last = lease(desk, *"abcd")
    shut(desk, jobs)
    clock.skip(BROKEN.rest)
    breakers.proven(desk.db, SITE, now=clock.now())

    assert fails(desk, last, errors.SiteBroken("500")) is None


def test_a_trial_says_nothing_against_a_time_that_the_site_named(desk: Desk) -> None:
    (job,) = lease(desk, "a")
    fails(desk, job, errors.SiteBusy("429", wait=100.0), NAMED)

    assert not breakers.proven(desk.db, NAMED, now=desk.clock.now())
    assert asks(desk, job, NAMED) is not None


def test_what_began_before_the_opening_does_not_close_it(desk: Desk) -> None:
    *jobs, d = lease(desk, *"abcd")
    shut(desk, jobs)

    assert not works(desk, d)
    assert state(desk) == "open"


def test_a_probe_clears_a_bot_check_but_not_broken_downloads(desk: Desk, clock: Clock) -> None:
    a, *others = lease(desk, *"abc")
    shut(desk, [a, *others])
    clock.skip(BROKEN.rest)
    assert not works(desk, a, whole=False)
    assert works(desk, a, whole=True)

    fails(desk, a, errors.BotCheck("not a bot"), NAMED)
    clock.skip(CHECK.longest)

    assert works(desk, a, whole=False, way=NAMED)


# --- by hand, and the end --------------------------------------------------------------------


def test_closing_by_hand_lets_all_in_and_begins_with_short_rests_again(
    desk: Desk, clock: Clock
) -> None:
    (a,) = lease(desk, "a")
    for _ in range(3):
        fails(desk, a, errors.BotCheck("not a bot"), NAMED)
        clock.skip(CHECK.longest)
    assert breakers.close(desk.db, NAMED.site, now=clock.now()) == 2
    assert asks(desk, a, NAMED) is None
    assert breakers.close(desk.db, NAMED.site, now=clock.now()) == 0

    rest = fails(desk, a, errors.BotCheck("not a bot"), NAMED)

    assert rest is not None
    assert rest.until - clock.wall == pytest.approx(CHECK.rest, abs=0.1)


def test_old_ones_are_forgotten_and_open_ones_are_not(desk: Desk, clock: Clock) -> None:
    (a,) = lease(desk, "a")
    fails(desk, a, errors.NetworkBroken("reset"), Way("closed.example"))
    fails(desk, a, errors.SiteBusy("429", wait=3600.0), Way("over.example"))
    clock.skip(breakers.FORGET + 3601)
    fails(desk, a, errors.BotCheck("not a bot"), NAMED)

    assert breakers.prune(desk.db, now=clock.now()) == 4
    assert {one.site for one in breakers.listed(desk.db)} == {NAMED.site}
    assert len(desk.db.all("SELECT 1 FROM verdicts")) == 1


def test_a_success_is_written_down_only_where_something_failed_lately(desk: Desk) -> None:
    a, b = lease(desk, "a", "b")
    works(desk, a)
    assert desk.db.all("SELECT 1 FROM verdicts") == []

    fails(desk, a, errors.SiteBroken("500"))
    works(desk, a)
    works(desk, b)

    assert desk.db.all("SELECT person FROM verdicts") == [(a.user,)]
