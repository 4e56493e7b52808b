"""A migration killed at each of its statements is completed by the next start."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from procs.store.database import migrate
from procs.store.sqlite import schema
from tests.contract.crash_scene import copy_tree, each_point, open_of, place, url_of

__all__ = ["place"]
pytestmark = pytest.mark.sqlite
SHAPE = """
SELECT type, name, sql FROM sqlite_schema
 WHERE sql IS NOT NULL AND tbl_name NOT LIKE '%migrations' ORDER BY type, name
"""


#: Of so many statements one: a prime, since what a step does around its own is alike in each.
SOME = 47
ALL = 1


@pytest.mark.parametrize(
    ("steps", "every"),
    [
        (0, SOME),
        (1, SOME),
        pytest.param(0, ALL, marks=pytest.mark.long),
        pytest.param(1, ALL, marks=pytest.mark.long),
    ],
)
def test_a_migration_that_was_killed_anywhere_is_completed_by_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch, steps: int, every: int
) -> None:
    """From nothing, and from the database of the first version."""
    names = f"old-{steps}-{every}", "migrating", f"whole-{steps}-{every}"
    old, folder, whole = (place / name for name in names)
    old.mkdir()
    if steps:
        with monkeypatch.context() as patch:
            patch.setattr("procs.store.sqlite.migrate.STEPS", schema.STEPS[:steps])
            patch.setattr("procs.store.sqlite.migrate.VERSION", steps)
            migrate(url_of(old), run=old / "run")
    migrate(url_of(whole), run=whole / "run")

    for point in each_point(
        lambda pass_point: traced(folder, pass_point), lambda: copy_tree(old, folder), every=every
    ):
        migrate(url_of(folder), run=folder / "run")
        assert shape(folder) == shape(whole), point
        open_of(folder).close()


def shape(folder: Path) -> list[Any]:
    """The tables and indexes of a sound database; not those of the library that migrates, which
    may miss an index of its own."""
    with closing(sqlite3.connect(folder / "chapar.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute(SHAPE).fetchall()


def traced(folder: Path, pass_point: Callable[[], None]) -> None:
    """Migrate with a point before each statement, SQLite's own ones included."""
    connect = sqlite3.connect

    def watched(*args: Any, **facts: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **facts)
        connection.set_trace_callback(lambda _: pass_point())
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]
    migrate(url_of(folder), run=folder / "run")
