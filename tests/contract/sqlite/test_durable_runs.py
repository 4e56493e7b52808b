"""How a connection goes from transactions that wait for the disk to others, and back: the change is
a statement that SQLite compiles anew each time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from procs.store.database import open_database
from procs.store.health import counters
from procs.store.sqlite.connection import Connection
from tests.fresh_database import fresh

pytestmark = pytest.mark.sqlite


@pytest.fixture
def db(short_home: Path) -> Iterator[Connection]:
    short_home.mkdir(exist_ok=True)
    url = f"sqlite:///{short_home}/chapar.db"
    fresh(url, run=short_home / "run")
    db = open_database(url, run=short_home / "run")
    assert isinstance(db, Connection)
    yield db
    db.close()


def words(db: Connection, durable: list[bool]) -> list[str]:
    """The first or last word of what is run by transactions of which these wait for the disk."""
    run, seen = db._run, list[str]()

    def noted(sql: str, facts: Any = None) -> Any:
        if sql.startswith(("PRAGMA synchronous", "COMMIT")):
            seen.append(sql.split()[-1])
        return run(sql, facts)

    db._run = noted  # type: ignore[method-assign]
    for full in durable:
        with db.write(full=full):
            counters.add(db, "kept")
    return seen


def test_one_that_stands_alone_leaves_no_change_to_the_next(db: Connection) -> None:
    assert words(db, [True, False, True, False]) == ["FULL", "COMMIT", "NORMAL", "COMMIT"] * 2


def test_those_that_follow_each_other_change_nothing_in_between(db: Connection) -> None:
    told = words(db, [True, True, True, True])

    assert told == ["FULL", "COMMIT", "NORMAL", "FULL", "COMMIT", "COMMIT", "COMMIT"]


def test_one_that_need_not_wait_for_the_disk_never_does(db: Connection) -> None:
    told = words(db, [True, True, False, True, False])

    behind_two = ["FULL", "COMMIT", "NORMAL", "FULL", "COMMIT", "NORMAL", "COMMIT"]
    assert told == [*behind_two, "FULL", "COMMIT", "NORMAL", "COMMIT"]
