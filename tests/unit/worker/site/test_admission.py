"""Which way a job goes to its site, and for whom it waits; with the real rows."""

import asyncio
import os
from dataclasses import replace

import pytest

from procs import errors
from procs.core import clock
from procs.engine.client import Probed
from procs.store.media import looks
from procs.store.sites import cookies, visits
from procs.store.sites.breakers import Way
from procs.worker import settlement
from procs.worker.site import admission
from tests.sandbox.shop import COOKIES, PROXY, SITE, TWO_WAYS, shop

__all__ = ["shop"]


def test_without_rules_a_visit_writes_nothing(shop):
    it = shop()
    (lease,) = it.leases()

    assert it.way(lease) == "default"

    tables = ("breakers", "paces", "visits", "cookies")
    assert [it.db.all(f"SELECT * FROM {table}") for table in tables] == [[], [], [], []]


def test_when_every_way_is_closed_a_job_waits_for_the_first_that_opens(shop):
    it = shop(TWO_WAYS)
    one, two, three = it.leases(3)
    it.fails(one, errors.SiteBusy("429", wait=100.0))
    it.fails(two, errors.SiteBusy("429", wait=50.0))

    wait = it.put_off(three)

    assert 48 < wait.seconds <= max(50 + admission.APART, admission.TRIAL_WAIT[1])
    assert (wait.why, wait.keeps) == ("breaker site-busy", False)


def test_nobody_waits_for_more_than_a_day(shop):
    it = shop()
    one, two = it.leases(2)
    it.fails(one, errors.BotCheck("not a bot"))
    assert it.put_off(two).why == "breaker bot-check"
    with it.db.write():
        it.db.change(
            "UPDATE requests SET received_at = received_at - :day",
            {"day": admission.LONGEST_BREAKER_WAIT},
        )

    with pytest.raises(errors.LeftAlone):
        admission.enter(it.context, two)


def test_a_visit_that_works_clears_its_cookies(shop):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    one, two = it.leases(2)
    it.fails(one, errors.LoginNeeded("sign in"))

    admission.enter(it.context, two).note_success(whole=False)

    assert cookies.listed(it.db) == []


def test_a_new_file_of_a_machine_whose_clock_is_slow_is_used_at_once(shop, tmp_path, monkeypatch):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    for lease in it.leases(cookies.MOST["login-needed"]):
        it.fails(lease, errors.LoginNeeded("sign in"))
    identity = next(one for one in it.rules.identities if one.cookies)
    slow, ahead = 600.0, clock.own_wall() - clock.elapsed()
    monkeypatch.setattr(clock, "own_wall", lambda: clock.elapsed() + ahead - slow)
    monkeypatch.setattr(clock.SHARED, "ahead", ahead)
    now = clock.now()
    os.utime(tmp_path / "a.txt", (0, 0))
    assert admission.rests(it.context, SITE, identity, now=now)

    os.utime(tmp_path / "a.txt", (now.wall - slow, now.wall - slow))

    assert not admission.rests(it.context, SITE, identity, now=now)


def test_cookies_that_are_gone_are_not_used(shop, tmp_path):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    (tmp_path / "a.txt").unlink()
    (lease,) = it.leases()

    assert it.way(lease) == "default"


def test_a_job_gets_a_copy_of_the_cookies(shop, tmp_path):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    (lease,) = it.leases()
    folder = tmp_path / "job"
    folder.mkdir()

    copy = folder / admission.enter(it.context, lease).bring_cookies(folder)

    assert copy.read_text() == COOKIES
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_turn_is_booked_once_and_waited_for(shop):
    it = shop(f'["{SITE}"]\ngap = "60s"\n')
    one, two, three = it.leases(3)
    assert it.way(one) == "default"

    waits = [it.put_off(two), it.put_off(three), it.put_off(two)]

    assert [round(wait.seconds) for wait in waits] == [60, 120, 60]
    assert {(wait.why, wait.keeps) for wait in waits} == {("turn", True)}


def test_a_booked_turn_is_good_for_one_visit(shop):
    it = shop(f'["{SITE}"]\ngap = "60s"\n')
    one, two = it.leases(2)
    it.way(one)
    wait = it.put_off(two)
    two.progress.turn = two.progress.turn._replace(at=two.progress.turn.at - 60)
    asyncio.run(settlement.write_outcome(lambda: settlement.put_off(it.context, two, wait)))
    assert two.progress.turn
    it.db.connection.execute("UPDATE jobs SET state = 0 WHERE id = ?", (two.job,))
    (again,) = it.claim()

    assert it.way(again) == "default"
    assert it.db.one("SELECT progress FROM jobs WHERE id = :job", {"job": two.job}) == (
        '{"way":"default"}',
    )


def test_a_look_and_the_download_chosen_of_it_are_one_visit_by_one_way(shop):
    it = shop(f'{TWO_WAYS}gap = "60s"\n')
    one, two = it.leases(2)
    looks.keep(it.db, two.link.key, PROXY, b"{}", now=clock.now())
    it.way(one)

    assert it.way(two) == PROXY
    assert visits.at(it.db, Way(SITE, PROXY), it.rules, now=clock.now()) <= clock.now().wall


def test_no_more_at_once_than_allowed_and_who_leaves_makes_room(shop):
    it = shop(f'["{SITE}"]\nconcurrency = 1\n')
    one, two = it.leases(2)
    visit = admission.enter(it.context, one)
    assert it.put_off(two).why == "site-full"

    visit.leave()

    assert it.way(two) == "default"


def test_ways_share_the_visits_when_each_has_a_pace(shop):
    it = shop(f'{TWO_WAYS}gap = "60s"\n')
    one, two, three = it.leases(3)

    assert [it.way(one), it.way(two)] == ["default", PROXY]
    assert it.put_off(three).why == "turn"


@pytest.mark.parametrize(
    ("variant", "seconds", "fits"),
    [("best", 59, True), ("best", 61, False), ("best@0-30", 999, True), ("best@0-90", 999, False)],
)
def test_what_is_too_long_is_refused_and_a_part_of_it_is_not(shop, variant, seconds, fits):
    it = shop(f'["{SITE}"]\nmax_duration = "1m"\n')
    (lease,) = it.leases()
    lease = replace(lease, payload=replace(lease.link, variant=variant))
    visit = admission.enter(it.context, lease)
    found = Probed(key="k", site=SITE, title="t", duration=float(seconds))

    if fits:
        visit.check_length(found)
    else:
        with pytest.raises(errors.TooLong):
            visit.check_length(found)
