"""The keeper has backups taken by a process of their own, and says when they are missing."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.console import backup_age
from procs import config
from procs.backups import backup_store
from procs.backups.backup_store import Backup
from procs.core import clock
from procs.core.clock import Now
from procs.keeper.backup_rounds import TAKE_BACKUP, BackupRounds
from procs.keeper.metrics.service_state import ServiceState
from procs.keeper.monitor.machine_gauges import MachineGauges
from procs.keeper.schedule import Keeper, PeriodicTask
from tests.unit.backups.conftest import Home

HOUR = 3600.0


@pytest.fixture
def home(short_home: Path, monkeypatch) -> Home:
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    return Home(short_home)


async def taken(rounds: BackupRounds) -> None:
    rounds.next_try = 0.0
    rounds.watch()
    if rounds.running:
        await rounds.running


async def test_one_is_taken_verified_and_shown_and_the_next_waits_an_hour(home):
    db = home.open()
    rounds = BackupRounds(db, home.settings)

    await taken(rounds)
    first = backup_store.listed(home.settings.backup_folder)
    await taken(rounds)

    assert [one.state for one in first] == ["ok"]
    assert backup_store.listed(home.settings.backup_folder) == first
    assert backup_age.line(home.settings).endswith("ago, verified")
    db.close()


async def test_who_takes_them_by_hand_more_often_finds_the_old_ones_deleted(home):
    """The newest one is never old enough for the schedule then."""
    db, folder = home.open(), home.settings.backup_folder
    rounds = BackupRounds(db, home.settings)
    *old, _ = [home.backs_up() for _ in range(4)]
    for one in old:
        backup_store.note(folder, replace(one, taken_at=one.taken_at - 2 * HOUR))

    await taken(rounds)
    rounds.next_look = 0.0
    left = backup_store.listed(folder)
    await taken(rounds)

    assert len({one.name for one in old} & {one.name for one in left}) == 1
    assert backup_store.listed(folder) == left
    db.close()


async def test_why_one_failed_is_kept_for_the_alert_until_one_is_verified(home):
    db = home.open()
    rounds = BackupRounds(db, home.settings, command=("/bin/sh", "-c", "echo no >&2; exit 1"))
    await taken(rounds)
    failed = gauges(home)

    rounds.command = TAKE_BACKUP
    await taken(rounds)

    assert (failed[1], gauges(home)[1]) == ("no", "")
    assert (failed[0] > 2, gauges(home)[0] < 1) == (True, True)
    db.close()


def gauges(home: Home) -> tuple[float, str]:
    """How old the newest verified one is in intervals, three hours after the start, and why."""
    began = clock.now().boot - 3 * HOUR
    return MachineGauges(home.settings, began=began).backups(clock.now())["backup_age"]


async def test_none_is_taken_when_the_operator_wants_none(home):
    db = home.open()
    off = config.load(
        home.texts | {"CHAPAR_BACKUP_INTERVAL": "off"}, env_file=None, need_telegram=False
    )
    rounds = BackupRounds(db, off)

    await taken(rounds)

    assert rounds.running is None
    db.close()


async def test_the_operators_command_gets_the_file_and_none_of_our_secrets(home, monkeypatch):
    db, proof = home.open(), home.settings.home / "proof"
    monkeypatch.setenv("CHAPAR_BOT_TOKEN", "777000001:AAsandboxsandboxsandboxsandboxsandb")
    command = f'env > {proof}; test -s "$CHAPAR_BACKUP_FILE"'
    monkeypatch.setenv("CHAPAR_BACKUP_COMMAND", command)
    rounds = BackupRounds(db, home.settings)

    await taken(rounds)

    backup: Backup = backup_store.listed(home.settings.backup_folder)[0]
    said = proof.read_text()
    assert f"CHAPAR_BACKUP_SHA256={backup.sha256}" in said
    assert (rounds.why, "TOKEN" in said) == ("", False)
    db.close()


async def test_a_clock_that_is_set_back_delays_no_backup(home, monkeypatch):
    db, now = home.open(), clock.now()
    rounds = BackupRounds(db, home.settings)
    monkeypatch.setattr(clock, "now", lambda: now)
    await taken(rounds)
    now = Now(now.wall - 7200, now.boot + 601)

    rounds.watch()

    assert rounds.is_running()
    if rounds.running:
        await rounds.running
    db.close()


async def test_a_folder_that_is_out_of_reach_is_a_failed_backup_and_no_dead_keeper(home):
    folder = home.settings.home / "loop"
    folder.symlink_to(folder)  # as a mount that is gone: it is there, and cannot be read
    settings = replace(home.settings, backup_folder=folder)
    db = home.open()
    rounds = BackupRounds(db, settings, command=("/bin/sh", "-c", "echo no>&2;exit 1"))

    await taken(rounds)

    assert rounds.why == "no"
    assert backup_age.line(settings).startswith("BACKUPS OUT OF REACH: ")
    assert "BACKUPS OUT OF REACH" in ServiceState(db, settings).backup()
    db.close()


async def test_a_disk_that_is_full_or_gone_ends_no_keeper_and_is_logged_once(home, caplog):
    db = home.open()
    keeper = Keeper(db, home.settings)

    def fail() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x")

    keeper.rounds = (PeriodicTask(0, fail), PeriodicTask(0, keeper.take_back))
    keeper.run()
    keeper.run()

    assert caplog.text.count("round.failed") == 1
    db.close()
