"""Alerts that processes note: each begins by its cause, reaches the webhook by the monitor, and is
over by what ends it. tests/unit/monitoring/test_alert_stories.py says where each kind is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from procs import errors
from procs.core import clock
from procs.core.clock import Now
from procs.errors import JobError, alert_kinds
from procs.keeper.cookie_watch import CookieWatch
from procs.keeper.modes import mode_watch
from procs.keeper.modes.mode_watch import ModeWatch
from procs.store.health import alerts, low_disks
from procs.store.sites import cookies
from procs.worker import settlement
from procs.worker.site import admission
from tests.sandbox.shop import SITE, Shop, shop
from tests.unit.keeper.monitor.conftest import Hook
from tests.unit.keeper.monitor.test_monitor import Watch

__all__ = ["shop"]
Begin = Callable[..., tuple[Shop, Watch]]
ACCOUNT = f'["{SITE}"]\ncookies = ["a.txt"]\n'
#: Failures that are told when they end a job for good.
FINAL = (
    *(errors.SiteFiltered, errors.ProxyBroken, errors.ExtractorBroken, errors.DiskFull),
    *(errors.TokenMissing, errors.EngineDied, errors.UploadRefused, errors.Unknown),
)
#: What is noted once and goes on for nobody knows how long.
EVENTS = (
    *(alert_kinds.SIGN_IN, alert_kinds.HUNG, alert_kinds.ROLLED_BACK, alert_kinds.UNCERTAIN),
    *(alert_kinds.BOT_MOVED, alert_kinds.SPONSOR_UNSURE, errors.Quarantined().name),
)


@pytest.fixture
def begin(shop: Callable[..., Shop], hook: Hook) -> Begin:
    """A worker at a site with rules, and the monitor beside it."""

    def opened(rules: str = "") -> tuple[Shop, Watch]:
        it = shop(rules)
        settings = replace(it.context.settings, alert_webhook=hook.url, backup_interval=0.0)
        return it, Watch(it.db, settings)

    return opened


def told(watch: Watch, hook: Hook, kind: str) -> list[str]:
    """Let the monitor gather; what the webhook has heard of a kind by then."""
    watch.looks_for(40)
    return [one["state"] for body in hook.bodies for one in body["alerts"] if one["kind"] == kind]


def passes(watch: Watch, seconds: float) -> None:
    """So much time in which nothing is noted."""
    watch.now = Now(watch.now.wall + seconds, watch.now.boot + seconds)
    alerts.prune(watch.db, now=watch.now)


def fails_for_good(it: Shop, error: JobError) -> None:
    (lease,) = it.leases()
    admission.enter(it.context, lease)
    settlement.settle(it.context, replace(lease, attempt=error.attempts), error)


@pytest.mark.parametrize("kind", FINAL, ids=lambda kind: kind().name)
def test_what_ends_a_job_for_good_is_told_and_over_after_six_quiet_hours(
    begin: Begin, hook: Hook, kind: type[JobError]
) -> None:
    it, watch = begin()
    fails_for_good(it, kind("why"))
    began = told(watch, hook, kind().name)

    passes(watch, alerts.QUIET - 300)
    still = told(watch, hook, kind().name)
    passes(watch, 300)

    assert began == ["new"]
    assert still == ["new", "again"]
    assert told(watch, hook, kind().name) == ["new", "again", "over"]


@pytest.mark.parametrize("kind", EVENTS)
def test_what_is_noted_once_is_over_after_six_quiet_hours(
    begin: Begin, hook: Hook, kind: str
) -> None:
    it, watch = begin()
    alerts.note(it.db, kind, "subject", now=watch.now)
    began = told(watch, hook, kind)

    passes(watch, alerts.QUIET + 60)

    assert (began, told(watch, hook, kind)) == (["new"], ["new", "over"])


@pytest.mark.parametrize(
    "kind", [errors.BotCheck, errors.ProxyBroken], ids=lambda kind: kind().name
)
def test_a_site_that_let_nobody_in_is_told_until_it_is_visited_again(
    begin: Begin, hook: Hook, kind: type[JobError]
) -> None:
    it, watch = begin()
    leases = it.leases(4)
    visits = [admission.enter(it.context, one) for one in leases]
    for lease in leases[1:]:
        settlement.settle(it.context, lease, kind("no"))
    began = told(watch, hook, kind().name)
    it.db.connection.execute("UPDATE breakers SET until = 1")

    visits[0].note_success(whole=True)

    assert (began, told(watch, hook, kind().name)) == (["new"], ["new", "over"])


def test_a_site_that_the_network_hid_is_told_until_one_visit_reaches_it(
    begin: Begin, hook: Hook
) -> None:
    it, watch = begin()
    fails_for_good(it, errors.SiteFiltered("reset"))
    began = told(watch, hook, "site-filtered")

    admission.enter(it.context, it.leases()[0]).note_success(whole=False)

    assert (began, told(watch, hook, "site-filtered")) == (["new"], ["new", "over"])


# --- files of cookies ------------------------------------------------------------------------


def refused(it: Shop) -> None:
    """The site takes the file of cookies no more, and it rests."""
    for lease in it.leases(cookies.MOST["login-needed"]):
        it.fails(lease, errors.LoginNeeded("sign in"))


def is_accepted(it: Shop, file: Path) -> None:
    """A job goes by the same file when its rest is over, and comes through."""
    it.db.connection.execute("UPDATE cookies SET until = 1")
    admission.enter(it.context, it.leases()[0]).note_success(whole=False)


def is_replaced(it: Shop, file: Path) -> None:
    """The operator puts another one in its place; the keeper looks at it."""
    it.db.connection.execute("UPDATE cookies SET since = since - 60")
    file.touch()
    CookieWatch(it.db, it.context.settings).watch()


def is_released(it: Shop, file: Path) -> None:
    """`chapar breakers --close SITE`."""
    cookies.release(it.db, SITE)
    CookieWatch(it.db, it.context.settings).watch()


@pytest.mark.parametrize("ends", [is_accepted, is_replaced, is_released])
def test_a_refused_file_of_cookies_is_told_until_it_is_taken_or_is_another_one(
    begin: Begin, hook: Hook, ends: Callable[[Shop, Path], None]
) -> None:
    it, watch = begin(ACCOUNT)
    (file,) = (path for path in it.rules.cookies if path)
    refused(it)
    CookieWatch(it.db, it.context.settings).watch()
    began = told(watch, hook, "cookies-refused")

    ends(it, file)

    assert (began, told(watch, hook, "cookies-refused")) == (["new"], ["new", "over"])


# --- the mode --------------------------------------------------------------------------------


def test_a_mode_that_came_by_itself_is_told_until_it_is_the_usual_one(
    begin: Begin, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mode_watch, "ENTER", 0.0)
    monkeypatch.setattr(mode_watch, "LEAVE", 0.0)
    it, watch = begin()
    mode = ModeWatch(it.db, it.context.settings)
    low_disks.note_low(it.db, "here", free=1, now=clock.now())
    mode.watch()
    began = told(watch, hook, "mode-changed")

    low_disks.note_enough(it.db, "here")
    mode.watch()

    assert (began, told(watch, hook, "mode-changed")) == (["new"], ["new", "over"])
