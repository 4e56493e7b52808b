"""Every command that reads, as JSON, over a store in which something happened."""

import json
import math
import os
import subprocess
import sys

import pytest

from daemon import cli
from daemon.answers import json_text
from daemon.commands import status
from daemon.commands.status import Status
from daemon.logs import idle_reasons
from procs import config
from procs.core import clock
from procs.records.job import Person
from procs.store.database import open_database
from procs.store.health import alerts, failed_attempts
from procs.store.people import users
from tests import ROOT
from tests.fresh_database import fresh

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
COMMANDS = (
    *("check", "jobs", "jobs --all", "errors", "errors --since 2h", "breakers", "cap", "audit"),
    *("audit --person 5", "use", "use --days 7", "engine list", "backup list", "status"),
    *("mode", "sites", "top", "files", "files chapar.service", "cap --all 3"),
)


@pytest.fixture
def home(short_home, monkeypatch):
    for name, value in (
        *(("HOME", str(short_home)), ("ENV_FILE", os.devnull), ("BOT_TOKEN", TOKEN)),
        *(("API_ID", "12345"), ("API_HASH", "0" * 32)),
    ):
        monkeypatch.setenv(f"CHAPAR_{name}", value)
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    db = open_database(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    now = clock.now()
    users.remember(db, Person(5, "fa", "علی", 1), now=now)
    alerts.note(db, "bot-check", "youtube", now=now, detail="Sign in")
    detail = "Café \N{GHOST} \x1b[2J404"
    failed_attempts.note(db, 1, error="gone", site="x", detail=detail, code="E-7K2Q", now=now)
    db.close()
    return short_home


@pytest.mark.parametrize("words", COMMANDS)
def test_a_program_reads_json_and_nothing_else_and_no_secret(home, capsys, words):
    code = cli.main([*words.split(), "--json"])
    told = capsys.readouterr()

    json.loads(told.out)
    assert (code, told.err, TOKEN in told.out) == ({"status": 4}.get(words, code), "", False)


def test_a_terminal_obeys_no_words_of_a_site(home, capsys):
    cli.main(["errors"])
    said = capsys.readouterr().out
    cli.main(["top", "--once"])
    said += capsys.readouterr().out

    assert said.count("\\u001b[2J404") == 2
    assert "\x1b" not in said


def test_a_program_reads_json_where_the_terminal_has_another_encoding(home):
    around = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "daemon.cli", "errors", "--json"]
    done = subprocess.run(words, env=around, capture_output=True, check=True)

    assert "Café \N{GHOST}" in json.loads(done.stdout)[0]["example"]


def test_a_number_without_end_is_null_for_programs():
    assert json_text.plain({"until": math.inf, "rate": math.nan, "at": 1.5}) == {
        "until": None, "rate": None, "at": 1.5
    }  # fmt: skip


def test_what_was_found_of_backups_comes_with_the_code_of_the_text(home, capsys):
    cli.main(["backup", "now"])
    cli.main(["backup", "now"])
    bad = max((home / "backups").glob("*.tar.gz"))
    capsys.readouterr()

    assert cli.main(["backup", "verify", "all", "--json"]) == 0
    assert [one["ok"] for one in json.loads(capsys.readouterr().out)] == [True, True]
    bad.write_bytes(bad.read_bytes()[:-100])
    assert cli.main(["backup", "verify", "all", "--json"]) == 1
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert [name for name, one in told.items() if not one["ok"]] == [bad.name]
    assert told[bad.name]["why"]


def test_the_json_of_a_refusal_is_the_sentence_and_the_code_of_the_text(home, capsys):
    assert cli.main(["why", "999", "--json"]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_failures_come_with_numbers_as_numbers_and_their_fix(home, capsys):
    cli.main(["errors", "--json"])
    (one,) = json.loads(capsys.readouterr().out)

    assert (one["error"], one["site"], one["count"], one["code"]) == ("gone", "x", 1, "E-7K2Q")
    assert isinstance(one["first_at"], float)


def test_what_is_not_running_says_so_and_why_the_code_is_not_0(home, capsys):
    assert cli.main(["status", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)

    assert (told["running"], told["wrong"], told["alerts"][0]["kind"]) == (
        False,
        ["not running"],
        "bot-check",
    )


def test_idle_workers_are_told_with_the_last_fault_of_each(short_home):
    logs = short_home / "logs"
    logs.mkdir()
    stamp = "2026-11-29T01:00:0{}.000Z {} "
    (logs / "worker-00.log").write_text(
        stamp.format(1, "WARNING") + "worker.cold error=x\n"
        + stamp.format(2, "ERROR") + 'egress.open why="a canary was reached"\n'
        + stamp.format(3, "INFO ") + "worker.entered\n"
    )  # fmt: skip
    told = idle_reasons.lines(logs, [])

    assert told[0] == "NO WORKER SERVES yet"
    assert told[1].endswith('egress.open why="a canary was reached"')


def test_a_sign_in_that_telegram_holds_up_is_a_reason(short_home):
    settings = config.load({"CHAPAR_HOME": str(short_home)}, None, need_telegram=False)
    held = alerts.Alert("sign-in-wait", "slot-0", True, 1, 0, 0, 0, None, None, 0, "", "3000 s")
    now = Status(settings, None, None, alarms=[held])

    assert "slot-0 may not sign in" in idle_reasons.reasons(now.settings.logs, now.alarms)[0]
    assert status.render(now)
