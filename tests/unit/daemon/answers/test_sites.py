"""`chapar sites`, and when a link of the operator's own is due."""

import json
import os

import pytest

from daemon import cli
from procs.core import clock
from procs.core.clock import Now
from procs.records.job import Lane
from procs.store.database import open_database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.sites import link_checks
from procs.store.sites.link_checks import AGAIN, DAY, SOON, LinkCheck
from tests.fresh_database import fresh

SITE, URL = "a.example", "https://a.example/film"
LINKS = {SITE: [URL]}


@pytest.fixture
def db(short_home, monkeypatch):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    (short_home / "sites.toml").write_text(f'["{SITE}"]\ngap = "5s"\ncheck = ["{URL}"]\n')
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    db = open_database(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    yield db
    db.close()


@pytest.fixture
def ends(db):
    """Carry the check that is queued, with this result, at an instant."""
    worker = workers.enter(db, "w00-1", now=clock.now())

    def end(error: str, at: Now) -> bool:
        (lease,) = leases.claim(db, worker=worker, lane=Lane.SOURCE, room=1, now=at)
        result = LinkCheck(SITE, URL, at.wall, error, "HTTP 403" if error else "", 1.5, 65536)
        return link_checks.settle(db, lease, result, now=at)

    return end


def after(seconds: float) -> Now:
    now = clock.now()
    return Now(now.wall + seconds, now.boot + seconds)


def test_a_link_is_checked_once_a_day_and_never_twice_at_a_time(db, ends):
    assert link_checks.plan(db, LINKS, now=after(0)) == 1
    assert link_checks.plan(db, LINKS, now=after(1)) == 0
    assert ends("", after(2)) is False
    assert link_checks.plan(db, LINKS, now=after(DAY)) == 0
    assert link_checks.plan(db, LINKS, now=after(DAY + 3)) == 1


def test_one_that_failed_is_checked_again_soon_and_turns_with_the_second_failure(db, ends):
    link_checks.plan(db, LINKS, now=after(0))
    assert ends("gone", after(0)) is False
    assert link_checks.plan(db, LINKS, now=after(SOON - 1)) == 0
    assert link_checks.plan(db, LINKS, now=after(SOON + 1)) == 1
    assert ends("gone", after(SOON + 1)) is True
    assert link_checks.plan(db, LINKS, now=after(2 * SOON + 2)) == 0
    assert link_checks.plan(db, LINKS, now=after(SOON + 2 + AGAIN)) == 1


def test_a_clock_that_was_set_back_keeps_no_link_from_its_check(db, ends):
    link_checks.plan(db, LINKS, now=after(0))
    ends("", after(DAY * 30))

    assert link_checks.plan(db, LINKS, now=after(5)) == 1


def test_results_are_kept_for_a_quarter(db, ends):
    link_checks.plan(db, LINKS, now=after(0))
    ends("", after(0))
    assert link_checks.prune(db, now=after(link_checks.KEPT_FOR - 10)) == 0
    assert link_checks.prune(db, now=after(link_checks.KEPT_FOR + 10)) == 1


def test_the_history_of_a_link_stands_under_its_site(db, ends, capsys):
    for number, error in enumerate(("", "gone", "")):
        at = after(number * (DAY + 1) - 3 * DAY)
        link_checks.plan(db, LINKS, now=at)
        ends(error, at)

    assert cli.main(["sites"]) == 0
    told = capsys.readouterr().out
    assert [line.split()[-1] for line in told.splitlines() if URL in line] == [".x."]
    assert "5 s apart" in told
    cli.main(["sites", "--json"])
    (site,) = json.loads(capsys.readouterr().out)
    assert (site["site"], len(site["checks"][URL])) == (SITE, 3)


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('[default]\ncheck = ["https://a.example"]', "belongs to one site"),
        ('[youtube]\ncheck = ["no address"]', "check"),
        (f"[youtube]\ncheck = {[f'https://a.b/{n}' for n in range(6)]}", "5 are the most"),
    ],
)  # fmt: skip
def test_links_that_cannot_be_checked_are_named(short_home, monkeypatch, capsys, toml, wrong):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    (short_home / "sites.toml").write_text(toml)

    assert cli.main(["sites"]) == 1
    assert wrong in capsys.readouterr().err
