"""The steps of an upgrade that failed afterwards are taken back beside who works on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from procs.errors import StoreError
from procs.store import database
from procs.store.sqlite import schema
from tests.fresh_database import fresh

pytestmark = pytest.mark.sqlite
FIRST = "INSERT INTO counters (name, value) VALUES ('before', 1)"
SECOND = "INSERT INTO counters (name, value) VALUES ('meanwhile', 2)"
ADDED = (
    "ALTER TABLE workers ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';",
    "CREATE TABLE moods (name TEXT PRIMARY KEY, since REAL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE told (id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER REFERENCES jobs (id));",
    "ALTER TABLE jobs ADD COLUMN mood TEXT;\nCREATE INDEX job_mood ON jobs (mood);",
    "CREATE UNIQUE INDEX counter_pair ON counters (name, value);",
    "DROP INDEX heard_at;",
    "DROP VIEW readable_jobs;\n-- Another one.\nCREATE VIEW readable_jobs AS SELECT id FROM jobs;",
    "ALTER TABLE jobs ADD COLUMN mood TEXT;\nCREATE VIEW moody AS SELECT mood FROM jobs;",
    "CREATE TRIGGER tell AFTER INSERT ON jobs BEGIN DELETE FROM deaf; END;",
    "",
)
CHANGED = (
    "UPDATE jobs SET site = upper(site);",
    "INSERT INTO settings (name, value, changed_at) VALUES ('mood', 'calm', 0);",
    "DELETE FROM settings;",
    "DROP TABLE deaf;",
    "ALTER TABLE deaf RENAME TO dumb;",
    "ALTER TABLE deaf RENAME COLUMN why TO because;",
    "ALTER TABLE deaf DROP COLUMN why;",
    "ALTER TABLE workers ADD COLUMN mood TEXT;\nUPDATE workers SET mood = name;",
    "-- A view of\nWITH one AS (SELECT 1) DELETE FROM deaf WHERE admin IN one;",
)


@pytest.fixture
def url(short_home: Path) -> str:
    address = f"sqlite:///{short_home}/chapar.db"
    fresh(address, run=short_home / "run")
    with raw(short_home) as connection:
        connection.execute(FIRST)
    return address


@contextmanager
def raw(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "chapar.db", isolation_level=None)) as connection:
        yield connection


def later(monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    """This program with more steps."""
    more = tuple((f"step {number}", script) for number, script in enumerate(scripts))
    monkeypatch.setattr("procs.store.sqlite.migrate.STEPS", schema.STEPS + more)
    monkeypatch.setattr("procs.store.sqlite.migrate.VERSION", schema.VERSION + len(more))


def counts(home: Path) -> dict[str, int]:
    with raw(home) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(connection.execute("SELECT name, value FROM counters"))


@pytest.mark.parametrize("script", ADDED)
def test_what_was_added_goes_and_what_was_written_meanwhile_stays(
    url: str, short_home: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    old = database.open_database(url, run=short_home / "run")
    before = database.mark_schema(url)
    assert before is not None
    later(monkeypatch, script, "CREATE TABLE beside (id INTEGER PRIMARY KEY);")
    database.migrate(url, run=short_home / "run")
    with old.write():
        old.change(SECOND)

    assert database.take_back(url, before, run=short_home / "run") == 2

    assert database.mark_schema(url) == before
    assert counts(short_home) == {"before": 1, "meanwhile": 2}
    with old.write():
        old.change("DELETE FROM counters")
    old.close()
    database.open_database(url, run=short_home / "run").close()
    database.migrate(url, run=short_home / "run")
    assert database.take_back(url, before, run=short_home / "run") == 2


@pytest.mark.parametrize("script", CHANGED)
def test_a_step_that_changed_rows_is_named_and_nothing_is_taken_back(
    url: str, short_home: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    before = database.mark_schema(url)
    assert before is not None
    later(monkeypatch, "CREATE TABLE beside (id INTEGER PRIMARY KEY);", script)
    database.migrate(url, run=short_home / "run")
    changed = database.mark_schema(url)

    with pytest.raises(StoreError, match="the step 'step 1' changed rows"):
        database.take_back(url, before, run=short_home / "run")

    assert database.mark_schema(url) == changed


def test_where_nothing_was_changed_nothing_is_taken_back(url: str, short_home: Path) -> None:
    before = database.mark_schema(url)
    assert before is not None
    assert database.take_back(url, before, run=short_home / "run") == 0
    assert database.mark_schema(url) == before


def test_a_migration_whose_second_step_fails_leaves_nothing_of_its_first(
    url: str, short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = database.mark_schema(url)
    later(monkeypatch, "CREATE TABLE beside (id INTEGER PRIMARY KEY);", "CREATE TABLE beside (id);")

    with pytest.raises(StoreError, match="beside already exists.* is as it was"):
        database.migrate(url, run=short_home / "run")

    assert database.mark_schema(url) == before
