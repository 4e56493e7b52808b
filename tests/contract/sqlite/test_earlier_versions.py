"""A database of each earlier version is known as whole, and brought up to date.

The last step of each version makes the views, so in a database of an earlier one it is counted at
the place where the present version has a step that makes something else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from procs.errors import StoreError
from procs.store.database import migrate, open_database
from procs.store.sqlite.schema import STEPS, VERSION

pytestmark = pytest.mark.sqlite
#: Of sqlite-utils, which notes there what is done.
NOTED = """
CREATE TABLE _sqlite_migrations (
    id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT
)
"""
#: Versions before ours that are tried; the next step of eight of them makes a table.
MANY = 12
NOTE = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('chapar', ?, '')"


def earlier(path: Path, version: int) -> None:
    """A database as a version of so many steps left it: the views come last."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(NOTED)
        for name, script in (*STEPS[: version - 1], STEPS[-1]):
            db.executescript(script)
            db.execute(NOTE, (name,))
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {name for (name,) in found}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The tables of a database of this version."""
    folder = tmp_path_factory.mktemp("whole")
    migrate(f"sqlite:///{folder}/a.db", run=folder / "run")
    return tables(folder / "a.db")


@pytest.mark.parametrize("version", range(VERSION - MANY, VERSION))
def test_a_database_of_an_earlier_version_is_brought_up_to_date(
    tmp_path: Path, whole: set[str], version: int
) -> None:
    earlier(tmp_path / "a.db", version)

    migrate(f"sqlite:///{tmp_path}/a.db", run=tmp_path / "run")

    open_database(f"sqlite:///{tmp_path}/a.db", run=tmp_path / "run").close()
    assert tables(tmp_path / "a.db") == whole


def test_a_table_that_an_earlier_version_had_is_missed(tmp_path: Path) -> None:
    earlier(tmp_path / "a.db", VERSION - 1)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("DROP TABLE pauses")

    with pytest.raises(StoreError, match=r"has lost tables \(pauses\)"):
        migrate(f"sqlite:///{tmp_path}/a.db", run=tmp_path / "run")
