"""Which way a job goes to its site, and what it does when one fails; with the real rows."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from procs import clock, config, errors
from procs.engine.client import Engine, Found
from procs.errors import JobError, NotNow
from procs.job import Ask, Lane, Lease, Link, Person
from procs.rules import Rules
from procs.store import (
    alerts,
    breakers,
    cookies,
    leases,
    looks,
    requests,
    seats,
    users,
    visits,
    workers,
)
from procs.store.breakers import Way
from procs.store.database import open_database
from procs.store.migrate import migrate
from procs.telegram.courier import Courier
from procs.telegram.pace import Pace
from procs.worker import settling, visiting
from procs.worker.desk import Desk
from procs.worker.tools import Tools

COOKIES = ".site.example\tTRUE\t/\tTRUE\t0\tmember\tyes\n"
#: A site that we know by name: what it says of us holds for everybody.
SITE = "vimeo"
HOST = "site.example"
#: Private networks that may be visited.
NETWORKS = ""
PROXY = "10.0.0.5:3128"
TWO_WAYS = f'["{SITE}"]\negress = ["default", "http://{PROXY}"]\n'
ACCOUNTS = f'["{SITE}"]\ncookies = ["none", "a.txt"]\n'


class Shop:
    """One worker without a process, and people who ask it."""

    def __init__(self, home: Path, rules: str) -> None:
        (home / "a.txt").write_text(COOKIES)
        (home / "sites.toml").write_text(rules)
        (home / "empty.env").touch()
        texts = {"CHAPAR_HOME": str(home), "CHAPAR_ALLOWED_NETWORKS": NETWORKS}
        settings = config.load(texts, home / "empty.env", need_telegram=False)
        migrate(settings.database_url, run=settings.run)
        self.db = open_database(settings.database_url, run=settings.run)
        worker = workers.enter(self.db, "w00-1", now=clock.now())
        parts = Desk(self.db), Engine(settings.run), Courier(settings, 0), Pace(self.db)
        self.tools = Tools(settings, self.db, worker, "w00-1", *parts)
        self.asked = 0

    @property
    def rules(self) -> Rules:
        return self.tools.settings.sites.of(SITE)

    def leases(
        self, count: int = 1, *, site: str = SITE, user: int = 0, scheme: str = "https"
    ) -> list[Lease]:
        """Running downloads, each of another person, or all of one."""
        found = []
        for _ in range(count):
            self.asked += 1
            person = user or self.asked
            users.remember(self.db, Person(person), now=clock.now())
            seats.set_cap(self.db, person, 99, now=clock.now())
            link = Link(f"{scheme}://{HOST}/{self.asked}", site, f"url:{self.asked}")
            ask = Ask(person, person, self.asked, 0, link)
            requests.submit(self.db, [ask], now=clock.now())
            found += self.claim()
        return found

    def claim(self, room: int = 1) -> list[Lease]:
        facts = {"worker": self.tools.worker, "lane": Lane.HEAVY, "now": clock.now()}
        return leases.claim(self.db, room=room, **facts)

    def way(self, lease: Lease) -> str:
        return visiting.enter(self.tools, lease).identity.name

    def put_off(self, lease: Lease) -> NotNow:
        with pytest.raises(NotNow) as wait:
            visiting.enter(self.tools, lease)
        return wait.value

    def fails(self, lease: Lease, error: JobError) -> visiting.Ruling:
        self.way(lease)
        return visiting.judge(self.tools, lease, error)


@pytest.fixture
def shop(tmp_path):
    shops = []

    def open_shop(rules: str = "") -> Shop:
        shops.append(Shop(tmp_path, rules))
        return shops[-1]

    yield open_shop
    for one in shops:
        one.db.close()


def test_without_rules_a_visit_writes_nothing(shop):
    it = shop()
    (lease,) = it.leases()

    assert it.way(lease) == "default"

    tables = ("breakers", "paces", "visits", "cookies")
    assert [it.db.all(f"SELECT * FROM {table}") for table in tables] == [[], [], [], []]


def test_after_a_bot_check_the_job_goes_once_more_by_the_next_way(shop):
    it = shop(TWO_WAYS)
    first, other = it.leases(2)

    ruling = it.fails(first, errors.BotCheck("not a bot"))

    assert ruling == visiting.Ruling(0.0, "bot-check", elsewhere=True)
    assert it.way(first) == PROXY
    assert it.way(other) == PROXY
    again = visiting.judge(it.tools, first, errors.BotCheck("not a bot"))
    assert (again.elsewhere, again.why) == (False, "breaker bot-check")


def test_when_every_way_is_closed_a_job_waits_for_the_first_that_opens(shop):
    it = shop(TWO_WAYS)
    one, two, three = it.leases(3)
    it.fails(one, errors.SiteBusy("429", wait=100.0))
    it.fails(two, errors.SiteBusy("429", wait=50.0))

    wait = it.put_off(three)

    assert 48 < wait.seconds <= max(50 + visiting.APART, visiting.LOOKS[1])
    assert (wait.why, wait.keeps) == ("breaker site-busy", False)


def test_nobody_waits_for_more_than_a_day(shop):
    it = shop()
    one, two = it.leases(2)
    it.fails(one, errors.BotCheck("not a bot"))
    assert it.put_off(two).why == "breaker bot-check"
    with it.db.write():
        it.db.change(
            "UPDATE requests SET received_at = received_at - :day", {"day": visiting.LONGEST}
        )

    with pytest.raises(errors.LeftAlone):
        visiting.enter(it.tools, two)


def test_what_needs_a_sign_in_is_tried_with_an_account(shop):
    it = shop(ACCOUNTS)
    (lease,) = it.leases()

    ruling = it.fails(lease, errors.LoginNeeded("sign in"))

    assert ruling.elsewhere
    assert it.way(lease) == "default+a.txt"
    assert not visiting.judge(it.tools, lease, errors.LoginNeeded("sign in")).elsewhere


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


def test_a_visit_that_works_clears_its_cookies(shop):
    it = shop(f'["{SITE}"]\ncookies = ["a.txt"]\n')
    one, two = it.leases(2)
    it.fails(one, errors.LoginNeeded("sign in"))

    visiting.enter(it.tools, two).worked(whole=False)

    assert cookies.listed(it.db) == []


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

    copy = folder / visiting.enter(it.tools, lease).bring_cookies(folder)

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
    asyncio.run(settling.written(lambda: settling.put_off(it.tools, two, wait)))
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
    visit = visiting.enter(it.tools, one)
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
    visit = visiting.enter(it.tools, lease)
    found = Found(key="k", site=SITE, title="t", duration=float(seconds))

    if fits:
        visit.check_length(found)
    else:
        with pytest.raises(errors.TooLong):
            visit.check_length(found)


def test_a_failure_before_the_visit_says_nothing_about_the_site(shop):
    it = shop()
    (lease,) = it.leases()

    assert visiting.judge(it.tools, lease, errors.BotCheck("?")).delay is None
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

    assert visiting.LOOKS[0] <= wait.seconds <= visiting.LOOKS[1]
    assert wait.why == "breaker site-broken"


def settled(it: Shop, lease: Lease, error: JobError) -> tuple[str, float]:
    """What became of a job that met this at its site: its error, and seconds until it is due."""
    visiting.enter(it.tools, lease)
    settling.settle(it.tools, lease, error)
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
    assert rest - 1 < wait < rest + visiting.APART


def test_what_the_sysadmin_can_mend_is_logged_as_an_error_with_its_fix(shop, caplog):
    it = shop()
    one, two = it.leases(2)

    settled(it, one, errors.SiteFiltered("10.10.34.35"))
    settled(it, two, errors.Gone("deleted"))

    said = {line.levelname: line.message for line in caplog.records if "job.failed" in line.message}
    assert 'fix="set CHAPAR_UPSTREAM_PROXY' in said["ERROR"]
    assert "error=gone" in said["WARNING"]
