"""The database as a file: its version, its tables, what happens when the disk is full."""

import ctypes
import ctypes.util
import multiprocessing
import os
import resource
import sqlite3
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from procs.core.clock import now
from procs.errors import NewerDatabase, StoreError, StoreFull
from procs.records.job import Ask, Link
from procs.store.database import Database, migrate, open_database
from procs.store.requests import requests
from procs.store.sqlite.migrate import statements

pytestmark = pytest.mark.sqlite
SPAWN = multiprocessing.get_context("spawn")


def test_a_second_migration_changes_nothing(tmp_path: Path) -> None:
    url, run = f"sqlite:///{tmp_path}/a.db", tmp_path / "run"
    migrate(url, run=run)
    before = (tmp_path / "a.db").read_bytes()

    migrate(url, run=run)

    assert (tmp_path / "a.db").read_bytes() == before


@pytest.mark.parametrize("act", [migrate, open_database])
def test_a_newer_database_is_refused_and_left_alone(
    tmp_path: Path, act: Callable[..., object]
) -> None:
    url, run = f"sqlite:///{tmp_path}/a.db", tmp_path / "run"
    migrate(url, run=run)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("PRAGMA user_version = 99")

    with pytest.raises(NewerDatabase, match=r"newer Chapar.*99"):
        act(url, run=run)


def test_a_database_that_was_never_migrated_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    with pytest.raises(StoreError, match="chapar up"):
        open_database(f"sqlite:///{tmp_path}/a.db", run=tmp_path / "run")


def test_another_kind_of_database_is_named_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="postgresql"):
        open_database("postgresql://somewhere/chapar", run=tmp_path)


def test_the_database_is_readable_by_its_owner_only(db: Database) -> None:
    assert oct(db.path.stat().st_mode & 0o777) == "0o600"


def test_a_database_can_be_closed_twice(tmp_path: Path) -> None:
    url, run = f"sqlite:///{tmp_path}/a.db", tmp_path / "run"
    migrate(url, run=run)
    db = open_database(url, run=run)
    db.close()
    with (tmp_path / "next").open("w") as reused:
        db.close()
        reused.write("still open")

    assert (tmp_path / "next").read_text() == "still open"


def test_nothing_of_a_closed_database_stays_open(tmp_path: Path) -> None:
    url, run = f"sqlite:///{tmp_path}/a.db", tmp_path / "run"
    migrate(url, run=run)
    db = open_database(url, run=run)
    db.maintain()
    db.checkpoint()

    db.close()

    assert [one for one in opened() if "a.db" in one] == []


def opened() -> list[str]:
    """The files that this process has open."""
    links = Path("/proc/self/fd").iterdir()
    return [os.readlink(one) for one in links if os.path.lexists(one)]


def test_a_script_is_split_at_its_statements() -> None:
    assert statements("CREATE TABLE a (b);\n-- c; d\nCREATE TABLE e (f);\n") == [
        "CREATE TABLE a (b);",
        "-- c; d\nCREATE TABLE e (f);",
    ]


def test_a_full_disk_refuses_new_requests_and_keeps_every_accepted_one(db: Database) -> None:
    here, there = SPAWN.Pipe()
    child = SPAWN.Process(target=ask_until_full, args=(db.path, db.run, there))
    child.start()
    accepted = here.recv()
    child.join()

    assert 0 < accepted < 1000
    assert db.one("SELECT COUNT(*), COUNT(job) FROM requests") == (accepted, accepted)


def ask_until_full(path: Path, run: Path, told: Connection) -> None:
    """A process whose files may not grow past 64 KB, which is what a full disk does to it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
    db = open_database(f"sqlite:///{path}", run=run)
    accepted = 0
    try:
        while accepted < 1000:
            requests.submit(db, [ask(accepted)], now=now())
            accepted += 1
    except StoreFull:
        told.send(accepted)


def ask(number: int) -> Ask:
    link = Link(f"https://site.example/{number}", "site.example", f"url:{number}")
    return Ask(1, 1, number, 0, link)


def test_who_maintains_a_database_and_reads_all_of_it_keeps_little_in_memory(
    tmp_path: Path,
) -> None:
    url, run = f"sqlite:///{tmp_path}/a.db", tmp_path / "run"
    migrate(url, run=run)
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("CREATE TABLE much AS SELECT zeroblob(6000000) AS bytes")
    used = SPAWN.Value("q", 0)

    reading = SPAWN.Process(target=read_all, args=(url, run, used))
    reading.start()
    reading.join()

    assert 0 < used.value < 2_000_000


def read_all(url: str, run: Path, used: Any) -> None:
    """What SQLite holds in a process that has two connections and reads everything by both."""
    library = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
    library.sqlite3_memory_used.restype = ctypes.c_int64
    db = open_database(url, run=run)
    twin = db.twin()
    db.maintain()
    for one in (db, twin):
        one.all("SELECT SUM(instr(bytes, x'01')) FROM much")
    used.value = library.sqlite3_memory_used()
