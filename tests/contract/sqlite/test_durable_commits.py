"""Which transactions wait for the disk, what changing that costs, and how long one waits for
a stranger's lock."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from procs.core import clock
from procs.errors import StoreError
from procs.store.database import Database
from procs.store.sqlite.connection import BUSY

pytestmark = pytest.mark.sqlite

PUT = "INSERT INTO waits (scope, until) VALUES (:scope, 1.0)"
HOW = "PRAGMA synchronous"
NORMAL, FULL = (1,), (2,)


def put(db: Database, scope: str, *, full: bool) -> object:
    """One transaction; returns how SQLite waits for the disk in it."""
    with db.write(full=full):
        db.send(PUT, {"scope": scope})
        return db.one(HOW)


def test_each_transaction_waits_for_the_disk_as_it_says(db: Database) -> None:
    asked = (False, True, True, False, True)
    assert [put(db, f"{n}", full=full) for n, full in enumerate(asked)] == [
        FULL if full else NORMAL for full in asked
    ]


def test_between_two_that_wait_for_the_disk_nothing_is_changed(db: Any) -> None:
    put(db, "a", full=True)
    said: list[str] = []
    db.connection.set_trace_callback(said.append)

    put(db, "b", full=True)

    assert [sql.split()[0] for sql in said] == ["BEGIN", "INSERT", "PRAGMA", "COMMIT"]


def test_who_looks_for_news_before_a_sleep_waits_for_no_disk_in_its_next_transaction(
    db: Any,
) -> None:
    put(db, "a", full=True)

    db.changed()

    said: list[str] = []
    db.connection.set_trace_callback(said.append)
    assert put(db, "b", full=False) == NORMAL
    assert [sql.split()[0] for sql in said] == ["BEGIN", "INSERT", "PRAGMA", "COMMIT"]


def test_who_waited_at_the_gate_has_waited_for_the_strangers_lock_too(db: Any) -> None:
    """Behind a worker that waits half a minute for a shell's lock the bot waited as long again, and
    who was behind that one a third time."""
    said: list[str] = []
    with closing(sqlite3.connect(db.path)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        db.connection.set_trace_callback(said.append)

        with pytest.raises(StoreError, match="locked"):
            db._begin(False, clock.steady() - BUSY)

    waits = [sql for sql in said if "busy_timeout" in sql]
    assert waits == ["PRAGMA busy_timeout = 50", "PRAGMA busy_timeout = 30000"]
