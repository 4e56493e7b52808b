"""What a job does when its way to the site fails: another way, a wait, or its end."""

import pytest

from procs import errors
from procs.core import clock
from procs.errors import JobError, NotNow
from procs.records.job import Lease
from procs.store.health import alerts
from procs.store.sites import breakers, cookies
from procs.store.sites.breakers import Way
from procs.worker import settlement
from procs.worker.site import admission
from tests.sandbox.shop import ACCOUNTS, HOST, PROXY, SITE, TWO_WAYS, Shop, shop

__all__ = ["shop"]


def test_after_a_bot_check_the_job_goes_once_more_by_the_next_way(shop):
    it = shop(TWO_WAYS)
    first, other = it.leases(2)

    ruling = it.fails(first, errors.BotCheck("not a bot"))

    assert ruling == admission.FailureVerdict(0.0, "bot-check", elsewhere=True)
    assert it.way(first) == PROXY
    assert it.way(other) == PROXY
    again = admission.judge(it.context, first, errors.BotCheck("not a bot"))
    assert (again.elsewhere, again.why) == (False, "breaker bot-check")


def test_what_needs_a_sign_in_is_tried_with_an_account(shop):
    it = shop(ACCOUNTS)
    (lease,) = it.leases()

    ruling = it.fails(lease, errors.LoginNeeded("sign in"))

    assert ruling.elsewhere
    assert it.way(lease) == "default+a.txt"
    assert not admission.judge(it.context, lease, errors.LoginNeeded("sign in")).elsewhere


@pytest.mark.parametrize("kind", [errors.Gone, errors.GeoBlocked, errors.Drm])
def test_another_account_helps_nobody_against_other_failures(shop, kind):
    it = shop(ACCOUNTS)
    (lease,) = it.leases()

    assert not it.fails(lease, kind("no")).elsewhere


def test_another_country_may_help_against_a_fence(shop):
    it = shop(TWO_WAYS)
    (lease,) = it.leases()

    assert it.fails(lease, errors.GeoBlocked("not in your country")).elsewhere


def test_cookies_that_are_refused_rest_and_the_site_is_visited_as_a_guest(shop):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    refusals = cookies.MOST["login-needed"]
    leases = it.leases(refusals + 1)
    for lease in leases[:-1]:
        it.fails(lease, errors.LoginNeeded("sign in"))

    assert it.way(leases[-1]) == "default"


def test_a_failure_before_the_visit_says_nothing_about_the_site(shop):
    it = shop()
    (lease,) = it.leases()

    assert admission.judge(it.context, lease, errors.BotCheck("?")).delay is None
    assert breakers.listed(it.db) == []


def test_a_trial_that_worked_lets_all_in(shop):
    it = shop()
    one, two = it.leases(2)
    it.fails(one, errors.SiteBusy("429", wait=1e-6))
    assert it.put_off(two).why == "breaker site-busy"

    breakers.proven(it.db, Way(SITE), now=clock.now())

    assert it.way(one) == it.way(two) == "default"
    assert {row.until for row in breakers.listed(it.db)} == {None}
    assert not breakers.is_open(it.db, Way(SITE), person=two.user, now=clock.now())


@pytest.mark.parametrize(
    "error",
    [
        errors.SiteBroken("500"),
        errors.BotCheck("not a bot"),
        errors.SiteBusy("429", wait=86400.0),
        errors.NetworkBroken("reset"),
    ],
)
def test_what_one_persons_links_meet_at_a_host_holds_up_nobody_else(shop, error):
    it = shop()
    mine = it.leases(12, site=HOST, user=77)
    (other,) = it.leases(site=HOST)
    before = it.way(other)

    for lease in mine:
        try:
            it.fails(lease, error)
        except NotNow:
            break

    assert it.way(other) == before
    assert alerts.standing(it.db) == []


def test_a_crowd_that_waits_does_not_look_often(shop):
    it = shop()
    one, two, three, last = it.leases(4)
    for lease in (one, two, three):
        it.fails(lease, errors.SiteBroken("500"))

    wait = it.put_off(last)

    assert admission.TRIAL_WAIT[0] <= wait.seconds <= admission.TRIAL_WAIT[1]
    assert wait.why == "breaker site-broken"


def settled(it: Shop, lease: Lease, error: JobError) -> tuple[str, float]:
    """What became of a job that met this at its site: its error, and seconds until it is due."""
    admission.enter(it.context, lease)
    settlement.settle(it.context, lease, error)
    error_name, at = it.db.one("SELECT error, at FROM jobs WHERE id = :job", {"job": lease.job})
    return error_name, at - clock.now().wall


def test_a_busy_site_is_not_asked_again_at_once(shop):
    it = shop()
    (lease,) = it.leases()

    error, wait = settled(it, lease, errors.SiteBusy("429"))

    assert (error, 9 < wait < 11) == ("site-busy", True)


def test_a_bot_check_puts_the_job_to_the_end_of_the_opening(shop):
    it = shop()
    (lease,) = it.leases()

    error, wait = settled(it, lease, errors.BotCheck("not a bot"))

    rest = breakers.TRIPS[errors.BotCheck].rest
    assert error == "breaker bot-check"
    assert rest - 1 < wait < rest + admission.APART


def test_what_the_sysadmin_can_mend_is_logged_as_an_error_with_its_fix(shop, caplog):
    it = shop()
    one, two = it.leases(2)

    settled(it, one, errors.SiteFiltered("10.10.34.35"))
    settled(it, two, errors.Gone("deleted"))

    said = {line.levelname: line.message for line in caplog.records if "job.failed" in line.message}
    assert 'fix="set CHAPAR_UPSTREAM_PROXY' in said["ERROR"]
    assert "error=gone" in said["WARNING"]
