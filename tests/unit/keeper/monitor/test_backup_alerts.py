"""Alerts about backups: none verified, one that rotted, none copied to the other place; each is
over with the next good one."""

import time
from dataclasses import replace

import pytest

from procs.backups import backup_drill, backup_store, offsite_copy
from procs.backups.backup_errors import BackupFailed
from procs.backups.backup_store import BAD, OK, Backup
from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.errors import alert_kinds
from tests.unit.keeper.monitor.conftest import Hook
from tests.unit.keeper.monitor.test_judged_kinds import settings, told, watch
from tests.unit.keeper.monitor.test_monitor import Watch

__all__ = ["settings", "watch"]


def test_a_missing_backup_is_over_with_the_next_verified_one(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    watch.looks_for(240)
    began = told(hook, "backup-missing")
    kept(settings, watch.now.wall)

    watch.looks_for(45)

    assert (began, told(hook, "backup-missing")) == (["new"], ["new", "over"])


def test_a_step_of_the_clock_is_no_missing_backup_when_one_follows_within_a_minute(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    kept(settings, watch.now.wall)
    watch.now = Now(watch.now.wall + 7200, watch.now.boot)
    watch.looks_for(45)
    kept(settings, watch.now.wall)

    watch.looks_for(40)

    assert told(hook, "backup-missing") == []


def test_a_backup_of_the_future_hides_no_missing_one(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    kept(settings, watch.now.wall + 365 * 86400)

    watch.looks_for(240)

    assert told(hook, "backup-missing") == ["new"]


def kept(settings: Settings, at: float) -> Backup:
    """A verified backup in the folder, as its note has it."""
    folder = settings.backup_folder
    folder.mkdir(parents=True, exist_ok=True)
    name = f"chapar-{time.strftime(backup_store.STAMP, time.gmtime(at))}.tar.gz"
    (folder / name).write_bytes(b"x")
    backup = Backup(name, at, 1, "0" * 64, OK, at)
    backup_store.note(folder, backup)
    return backup


def test_a_bad_drill_is_over_with_the_next_good_one(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    backup_drill.noted(settings, "chapar-1.tar.gz", BAD, "its SHA-256 differs")
    watch.looks_for(40)
    backup_drill.noted(settings, "chapar-2.tar.gz", OK, "")

    watch.looks_for(40)

    assert told(hook, alert_kinds.DRILL) == ["new", "over"]


def test_copies_that_fail_twice_are_told_until_one_is_made(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    backup, away = kept(settings, watch.now.wall), settings.home / "away"
    for _ in range(2):
        once = told(hook, "backup-uncopied")
        with pytest.raises(BackupFailed, match="was not copied"):
            offsite_copy.carry(settings, backup)
        watch.looks_for(40)
    began, why = told(hook, "backup-uncopied"), offsite_copy.last(settings.backup_folder)
    away.mkdir()
    offsite_copy.carry(settings, backup)

    watch.looks_for(40)

    assert (once, began) == ([], ["new"])
    assert [path.name for path in away.iterdir()] == [backup.name]
    assert why is not None
    assert "ended with 1" in why.why
    assert told(hook, "backup-uncopied") == ["new", "over"]


def test_a_command_that_hangs_counts_as_a_copy_that_failed(settings: Settings) -> None:
    backup = kept(settings, clock.now().wall)
    hung = replace(settings, backup_command="sleep 600")
    for _ in range(2):
        with pytest.raises(BackupFailed, match="took longer than"):
            offsite_copy.carry(hung, backup, longest=0.1)

    record = offsite_copy.last(settings.backup_folder)
    assert record is not None
    assert record.failures == 2
