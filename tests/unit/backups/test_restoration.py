"""A restore puts a verified backup in place, keeps what was there, and refuses what runs."""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from daemon import cli
from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.commands.backups import restore_command
from procs.backups.backup_errors import BackupFailed
from procs.core import clock
from procs.store.limits import send_budget
from procs.telegram import message_limits
from procs.telegram.message_limits import Urgency
from tests.unit.backups.conftest import Home


def restores(home: Home, file: str = "latest", *, dry: bool = False) -> list[str]:
    said: list[str] = []
    restore_command.restore(home.settings, file, None, said.append, dry=dry)
    return said


def test_what_was_asked_until_the_backup_is_back_and_the_old_state_stays_beside(home):
    home.asks("before")
    home.backs_up()
    home.asks("after")

    said = restores(home)

    assert home.asked() == ["url:before"]
    kept = next(home.settings.home.glob("chapar.db.before-*"))
    assert f"kept the old database as {kept}" in said
    assert "requests since then: 1 (1 open)" in said


def test_nothing_is_sent_until_every_chat_may_have_what_it_had_since_the_backup_again(home):
    home.asks("before")
    home.backs_up()

    restores(home)

    with closing(home.open()) as db:
        rules = message_limits.bot_rules(Urgency.COMMAND)
        assert 4.0 < send_budget.wait_of(db, rules, now=clock.now()) <= 5.0


@pytest.mark.parametrize("damage", [b"", b"no database at all"])
def test_a_destroyed_database_is_replaced(home, damage):
    home.asks("before")
    home.backs_up()
    home.path.write_bytes(damage)

    said = restores(home)

    assert home.asked() == ["url:before"]
    assert any(line.startswith("the old database cannot say") for line in said)


def test_an_empty_home_is_filled_from_a_file_that_lies_elsewhere(home, tmp_path):
    home.asks("before")
    file = home.file(home.backs_up()).rename(tmp_path / "elsewhere.tar.gz")
    for path in home.settings.home.glob("chapar.db*"):
        path.unlink()

    restores(home, str(file))

    assert home.asked() == ["url:before"]


def test_the_log_of_the_old_database_never_meets_the_new_one(home):
    home.asks("before")
    home.backs_up()
    Path(f"{home.path}-wal").write_bytes(os.urandom(9000))
    home.path.unlink()

    restores(home)

    assert home.asked() == ["url:before"]
    assert len(list(home.settings.home.glob("chapar.db.before-*-wal"))) == 1


def test_a_dry_run_changes_nothing(home):
    home.asks("before")
    home.backs_up()
    home.asks("after")

    said = restores(home, dry=True)

    assert home.asked() == ["url:before", "url:after"]
    assert said[-1] == "nothing was changed (--dry-run)"


@pytest.mark.parametrize("dry", [["--dry-run"], []])
def test_a_program_reads_what_a_restore_finds(home, capsys, monkeypatch, dry):
    home.backs_up()
    home.asks("after")
    monkeypatch.setenv("CHAPAR_HOME", str(home.settings.home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)

    code = cli.main(["restore", "latest", *dry, "--json"])

    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (code, told.err, found["later"], found["restored"]) == (0, "", {"open": 1}, not dry)
    assert home.asked() == ([] if not dry else ["url:after"])


def test_it_refuses_while_chapar_runs(home):
    home.backs_up()
    lock = launch.hold(home.settings)

    with pytest.raises(Refusal, match="already runs"):
        restores(home)
    os.close(lock)


def test_a_bad_backup_changes_nothing(home):
    home.asks("before")
    path = home.file(home.backs_up())
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)

    with pytest.raises(BackupFailed):
        restores(home, path.name)

    assert home.asked() == ["url:before"]


def test_rules_and_cookies_come_back_and_others_stay_beside(home):
    base, jar = home.settings.home, "cookies.txt"
    cookies = "# Netscape HTTP Cookie File\n.a.example\tTRUE\t/\tTRUE\t2000000000\tn\tv\n"
    (base / jar).write_text(cookies)
    (base / "sites.toml").write_text(f'["a.example"]\ncookies = ["{jar}"]\n')
    home.backs_up()
    (base / jar).unlink()
    (base / "sites.toml").write_text("# mine\n")

    restores(home)

    assert (base / jar).read_text() == cookies
    assert "a.example" in (base / "sites.toml").read_text()
    assert next(base.glob("sites.toml.before-*")).read_text() == "# mine\n"
    assert (base / jar).stat().st_mode & 0o077 == 0
