"""`chapar upgrade` with something that fails at each of its places: what it says went back did."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from daemon.command_error import NotServing, Refusal
from daemon.commands.restart import RollingRestart
from daemon.install import fallback, upgrade
from procs.backups.backup_errors import BackupFailed
from procs.config import Settings
from procs.errors import ChaparError
from procs.store import database
from procs.store.database import Database
from procs.store.sqlite import schema
from tests.sandbox import bare_worker
from tests.sandbox.bare_worker import until_in

Pids = dict[str, int]


@pytest.fixture
def older(settings: Settings, db: Database) -> database.SchemaMark:
    return make_older(settings)


def make_older(settings: Settings) -> database.SchemaMark:
    """Make the database that of a version which had no views."""
    with closing(sqlite3.connect(settings.home / "chapar.db", isolation_level=None)) as raw:
        views = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall()
        for (view,) in views:
            raw.execute(f"DROP VIEW {view}")
        raw.execute("DELETE FROM _sqlite_migrations WHERE name = 'readable'")
        raw.execute(f"PRAGMA user_version = {schema.VERSION - 1}")
    before = database.mark_schema(settings.database_url)
    assert before is not None
    return before


@pytest.fixture
def spoken() -> list[str]:
    return []


def refused(settings: Settings, say: Callable[[str], None]) -> str:
    with pytest.raises(ChaparError) as ended:
        upgrade.upgrade(settings, say)
    return str(ended.value)


def test_a_program_that_does_not_load_touches_nothing(
    settings: Settings,
    older: database.SchemaMark,
    spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upgrade, "IMPORTS", "import procs.no_such_module")
    assert "nothing was touched" in refused(settings, spoken.append)
    assert database.mark_schema(settings.database_url) == older
    assert not settings.backup_folder.exists()


def test_a_backup_that_cannot_be_taken_touches_nothing(
    settings: Settings, older: database.SchemaMark, spoken: list[str]
) -> None:
    settings.backup_folder.parent.mkdir(exist_ok=True)
    settings.backup_folder.write_text("a file where the folder should be")
    with pytest.raises((BackupFailed, Refusal, OSError)):
        upgrade.upgrade(settings, spoken.append)
    assert database.mark_schema(settings.database_url) == older


def test_a_step_that_fits_not_the_rows_is_found_on_the_copy(
    settings: Settings,
    older: database.SchemaMark,
    spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = (*schema.STEPS, ("bad", "CREATE TABLE jobs (id INTEGER);"))
    monkeypatch.setattr("procs.store.sqlite.migrate.STEPS", bad)
    words = refused(settings, spoken.append)
    assert "jobs already exists" in words
    assert database.mark_schema(settings.database_url) == older


def test_a_change_that_fails_on_the_real_database_leaves_it_as_it_was(
    settings: Settings, older: database.SchemaMark, spoken: list[str]
) -> None:
    def say(line: str) -> None:
        spoken.append(line)
        if "on the backup's copy" in line:  # the copy took it; meanwhile somebody makes a view
            with closing(sqlite3.connect(settings.home / "chapar.db")) as raw:
                raw.execute("CREATE VIEW readable_jobs AS SELECT 1")

    words = refused(settings, say)

    assert "readable_jobs already exists" in words
    assert "is as it was" in words
    assert "everything runs on as it was" in words
    now = database.mark_schema(settings.database_url)
    assert now is not None
    assert (now.version, now.applied) == (older.version, older.applied)


def test_a_disk_that_is_full_after_the_change_has_it_taken_back(
    settings: Settings, older: database.SchemaMark, spoken: list[str]
) -> None:
    settings.database_mark.with_suffix(".new").symlink_to("/dev/full")

    words = refused(settings, spoken.append)

    assert "No space left on device" in words
    assert "The database is as before" in words
    now = database.mark_schema(settings.database_url)
    assert now is not None
    assert (now.version, now.applied) == (older.version, older.applied)


async def rolled(settings: Settings, db: Database) -> tuple[RollingRestart, Pids]:
    rolling = RollingRestart(settings, db, lambda line: None)
    await until_in(rolling)
    return rolling, {one.title: one.pid for one in rolling.look()}


async def test_when_the_first_process_does_not_start_the_database_goes_back_beside_the_others(
    settings: Settings, db: Database, bare_workers: None, spoken: list[str]
) -> None:
    rolling, before = await rolled(settings, db)
    marked = make_older(settings)
    bare_worker.broken(settings.home).touch()

    words = await asyncio.to_thread(refused, settings, spoken.append)

    assert "is BACKOFF: nothing more is restarted" in words
    assert "The database is as before" in words
    assert "The processes of the version before go on" in words
    assert database.mark_schema(settings.database_url) == marked
    after = {one.title: one.pid for one in rolling.look()}
    assert len([title for title in before if after[title] == before[title]]) == 1


@pytest.mark.long
async def test_when_others_run_the_new_version_the_database_stays_and_the_way_back_is_said(
    settings: Settings, db: Database, bare_workers: None, spoken: list[str]
) -> None:
    await rolled(settings, db)
    marked = make_older(settings)

    def say(line: str) -> None:
        spoken.append(line)
        if " -> " in line:  # the first one is in
            bare_worker.broken(settings.home).touch()

    words = await asyncio.to_thread(refused, settings, say)

    assert "1 processes run" in words
    assert "it stays changed" in words
    assert "chapar restore chapar-" in words
    assert "loses what was asked since the backup" in words
    assert database.mark_schema(settings.database_url) != marked


@pytest.mark.long
async def test_when_telegram_cannot_be_reached_everything_stays_and_serves(
    settings: Settings,
    db: Database,
    bare_workers: None,
    spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await rolled(settings, db)
    make_older(settings)
    bare_worker.way(settings.home).unlink()
    monkeypatch.setattr(RollingRestart.__init__, "__kwdefaults__", {"patience": 3.0})

    with pytest.raises(NotServing) as ended:
        await asyncio.to_thread(upgrade.upgrade, settings, spoken.append)

    assert "has no connection with Telegram" in str(ended.value)
    assert "The database stays changed, and every process goes on with it" in str(ended.value)


@pytest.mark.parametrize(
    ("marker", "command"),
    [
        ("code/.git", "git -C {code} checkout HEAD@{{1}}"),
        ("prefix/pipx_metadata.json", "pipx install --force the wheel of 1.2.3"),
        ("prefix/uv-receipt.toml", "uv tool install --force the wheel of 1.2.3"),
        ("prefix/pyvenv.cfg", "{prefix}/bin/python -m pip install the wheel of 1.2.3"),
    ],
)
def test_the_program_before_is_named_as_it_was_installed(
    tmp_path: Path, marker: str, command: str
) -> None:
    code, prefix = tmp_path / "code", tmp_path / "prefix"
    code.mkdir()
    prefix.mkdir()
    (tmp_path / marker).touch()
    said = fallback.program("1.2.3", code=code, prefix=prefix)
    assert said.startswith(command.format(code=code, prefix=prefix))


def test_a_package_goes_back_by_apt() -> None:
    code = fallback.PACKAGE / "lib/python3.11/site-packages"
    assert fallback.program("1.2.3", code=code) == (
        "apt-get install --allow-downgrades ./chapar_1.2.3_*.deb"
    )
