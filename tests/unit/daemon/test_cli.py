"""The `chapar` command: answers in sentences and exit codes, never in tracebacks."""

import os
import subprocess
import sys

import pytest

from daemon import cli
from procs import config
from tests import ROOT


@pytest.fixture
def home(short_home, monkeypatch):
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    return short_home


def test_status_before_the_first_start(home, capsys):
    assert cli.main(["status"]) == cli.NOT_UP
    assert "chapar up" in capsys.readouterr().out


def test_stop_when_nothing_runs(home, capsys):
    assert cli.main(["stop"]) == cli.NOT_UP
    assert capsys.readouterr().err == "not running\n"


def test_stop_needs_no_setting_but_the_home(home, capsys, monkeypatch):
    monkeypatch.setenv("CHAPAR_WORKERS", "1000")
    assert cli.main(["stop"]) == cli.NOT_UP
    monkeypatch.setenv("CHAPAR_HOME", "/srv/100%")
    assert cli.main(["stop"]) == 1
    assert "CHAPAR_HOME: '/srv/100%' has a percent sign" in capsys.readouterr().err


def test_up_names_everything_that_is_missing(home, capsys):
    assert cli.main(["up"]) == 1
    said = capsys.readouterr().err
    assert [line.split(":")[1] for line in said.splitlines()] == [
        " CHAPAR_API_ID",
        " CHAPAR_API_HASH",
        " CHAPAR_BOT_TOKEN",
    ]


def test_fetch_before_the_first_start(home, capsys):
    assert cli.main(["fetch", "http://x.test/a"]) == 1
    assert "chapar up" in capsys.readouterr().err


def test_check_prints_sources_and_complaints(home, capsys, monkeypatch):
    monkeypatch.setenv("CHAPAR_WORKERS", "none")
    assert cli.main(["check"]) == 1
    said = capsys.readouterr().out
    assert f"{home!s:<48}environment" in said
    assert "wrong: CHAPAR_WORKERS: 'none' is not a whole number" in said
    assert "wrong: CHAPAR_API_ID: not set" in said


def test_check_is_content_without_telegram_when_told_so(home, capsys):
    assert cli.main(["check", "--no-bot"]) == 0
    assert "all fine" in capsys.readouterr().out


def test_check_wants_no_home_where_downloads_may_read(home, capsys, monkeypatch):
    monkeypatch.setenv("CHAPAR_HOME", "/usr/share/chapar")
    assert cli.main(["check", "--no-bot"]) == 1
    assert "lies among programs and libraries" in capsys.readouterr().out


def test_check_names_a_disk_on_which_nothing_would_start(home, capsys, monkeypatch):
    monkeypatch.setenv("CHAPAR_DISK_FLOOR", "1000TiB")
    assert cli.main(["check", "--no-bot"]) == 1
    assert "no download will start; free some, or lower the floor" in capsys.readouterr().out


def test_check_names_an_engine_with_known_holes(home, capsys):
    (home / "engines" / "2026.7.3").mkdir(parents=True)
    (home / "engines" / "current").write_text('{"use": "2026.7.3", "before": ""}')
    assert cli.main(["check", "--no-bot"]) == 1
    assert "known holes" in (said := capsys.readouterr().out)
    assert "run: chapar engine update" in said


def test_engine_before_the_first_start(home, capsys):
    assert cli.main(["engine", "list"]) == 1
    assert "chapar up" in capsys.readouterr().err


def test_a_command_that_opens_the_database_starts_without_the_library_of_the_migrations():
    code = (
        "import sys, daemon.cli, daemon.console.open_store; sys.exit('sqlite_utils' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
