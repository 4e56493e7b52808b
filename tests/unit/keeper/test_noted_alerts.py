"""What the keeper notes itself, each by its cause: a worker that stands still, cookies that end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import alert_kinds
from procs.keeper import hung_workers
from procs.keeper.cookie_watch import WARNING, CookieWatch
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.jobs.leases import LEASE
from tests import ROOT

#: A worker that serves, and does not beat any more.
STILL = """
import sys, time
from pathlib import Path
from procs.core import clock
from procs.store.database import open_database
from procs.store.health import workers
db = open_database(sys.argv[1], run=Path(sys.argv[2]))
number = workers.enter(db, "w01-still", now=clock.now())
if sys.argv[3] == "serving":
    workers.serve(db, number, slot=0, now=clock.now())
print("in", flush=True)
time.sleep(600)
"""
COOKIE = "# Netscape HTTP Cookie File\n.site.example\tTRUE\t/\tTRUE\t{until}\tname\tvalue\n"


@pytest.fixture
def still(db: Database, settings: Settings, request: pytest.FixtureRequest) -> Iterator[object]:
    words = [sys.executable, "-c", STILL, settings.database_url, str(settings.run), request.param]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout
        assert one.stdout.readline() == "in\n"
        yield one
        one.kill()


def later(seconds: float) -> Now:
    now = clock.now()
    return Now(now.wall + seconds, now.boot + seconds)


def standing(db: Database) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in alerts.standing(db)]


@pytest.mark.parametrize("still", ["serving"], indirect=True)
def test_a_worker_that_stands_still_is_killed_and_told(
    db: Database, still: subprocess.Popen[str]
) -> None:
    assert hung_workers.kill_hung(db, now=later(LEASE)) == 0
    assert hung_workers.kill_hung(db, now=later(2 * LEASE + 5)) == 1
    assert still.wait(timeout=10) == -9
    assert standing(db) == [(alert_kinds.HUNG, "w01-still")]


@pytest.mark.parametrize("still", ["spare"], indirect=True)
def test_a_spare_has_nothing_to_lose_and_is_left_alone(
    db: Database, still: subprocess.Popen[str]
) -> None:
    assert hung_workers.kill_hung(db, now=later(9 * LEASE)) == 0
    assert still.poll() is None
    assert standing(db) == []


def test_cookies_that_end_soon_are_told_until_there_are_others(
    db: Database, short_home: Path
) -> None:
    file, sites = short_home / "member.txt", short_home / "sites.toml"
    file.write_text("")
    file.chmod(0o600)
    sites.write_text(f'["site.example"]\ncookies = ["{file}"]\n')

    def looked(until: float) -> list[tuple[str, str]]:
        file.write_text(COOKIE.format(until=int(until)))
        environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_SITES": str(sites)}
        settings = config.load(environ, Path("/dev/null"), need_telegram=False)
        CookieWatch(db, settings).watch()
        return standing(db)

    now = clock.now().wall
    told = [(alert_kinds.ENDING, "site.example member.txt")]
    assert looked(now + 2 * WARNING) == []
    assert looked(now + WARNING / 2) == told
    assert looked(now - 60) == told
    assert looked(now + 3 * WARNING) == []


def test_the_cookies_of_two_machines_are_told_of_apart(
    db: Database, short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, sites = short_home / "member.txt", short_home / "sites.toml"
    file.touch(0o600)
    sites.write_text(f'["site.example"]\ncookies = ["{file}"]\n')
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_SITES": str(sites)}
    now = clock.now().wall
    for machine, until in (("m1", now + WARNING / 2), ("m2", now + 2 * WARNING)):
        file.write_text(COOKIE.format(until=int(until)))
        settings = config.load(environ, Path("/dev/null"), need_telegram=False)
        monkeypatch.setattr(machine_name.HERE, "told", machine)
        CookieWatch(db, settings).watch()

    assert standing(db) == [(alert_kinds.ENDING, "site.example member.txt/m1")]


def test_a_pipe_that_took_the_place_of_cookies_keeps_the_keeper_from_nothing(
    db: Database, short_home: Path
) -> None:
    file, sites = short_home / "member.txt", short_home / "sites.toml"
    file.touch(0o600)
    file.write_text(COOKIE.format(until=0))
    sites.write_text(f'["site.example"]\ncookies = ["{file}"]\n')
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_SITES": str(sites)}
    settings = config.load(environ, Path("/dev/null"), need_telegram=False)
    file.unlink()
    os.mkfifo(file)

    CookieWatch(db, settings).watch()

    assert standing(db) == []
