"""How a breaker closes again: by a trial of our own, by hand, and how it is forgotten."""

import pytest

from procs import errors
from procs.records.job import Kind, Lane, Lease, State
from procs.store.jobs import leases, recovery
from procs.store.sites import breaker_trials, breakers
from procs.store.sites.breakers import EVERYBODY, OpenBreaker, Way
from tests.contract.conftest import Clock, Desk
from tests.contract.site_jobs import (
    BROKEN,
    CHECK,
    LOOK,
    NAMED,
    SITE,
    asks,
    fails,
    lease,
    shut,
    works,
)


def state(desk: Desk, person: int = EVERYBODY) -> str:
    (one,) = [one for one in breakers.listed(desk.db) if one.person == person]
    return one.state(desk.clock.now())


def trial(desk: Desk) -> Lease:
    """The trial, claimed as soon as it is due."""
    recovery.bring_due(desk.db, now=desk.clock.now())
    (found,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    assert found.kind is Kind.TRIAL
    return found


def test_after_its_end_the_site_is_tried_by_a_job_of_our_own(desk: Desk, clock: Clock) -> None:
    jobs = lease(desk, *"abcd")
    shut(desk, jobs)
    clock.skip(BROKEN.rest)

    answers = [asks(desk, job) for job in jobs]

    assert state(desk) == "half-open"
    assert answers == [OpenBreaker(pytest.approx(clock.wall + LOOK, abs=0.1), "site-broken")] * 4
    one = trial(desk)
    assert one.user == EVERYBODY
    assert one.link.url == "https://site.example/c"
    assert [each.trial for each in breakers.listed(desk.db) if each.is_shut_to_all] == [one.job]


def test_a_trial_is_due_at_the_end_of_the_opening_and_not_before(desk: Desk, clock: Clock) -> None:
    shut(desk, lease(desk, *"abc"))
    clock.skip(BROKEN.rest - 1)
    assert recovery.bring_due(desk.db, now=clock.now()) == 0

    clock.skip(1)

    assert recovery.bring_due(desk.db, now=clock.now()) == 1


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
    assert breaker_trials.is_awaited(desk.db, SITE.site, now=clock.now())
    clock.skip(BROKEN.rest)
    leases.finish(desk.db, trial(desk), now=clock.now())

    assert breakers.proven(desk.db, SITE, now=clock.now())

    assert recovery.bring_due(desk.db, now=clock.now()) == 1
    assert [desk.status(n).job_state for n in (4, 5)] == [State.QUEUED, State.LATER]
    assert not breaker_trials.is_awaited(desk.db, SITE.site, now=clock.now())
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
