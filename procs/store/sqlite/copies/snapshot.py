"""A copy of an SQLite file that others write, as it was at one instant; and whether one is sound.

Copying the file itself is no way: of 240 raw copies of a database under load 69 held wrong sums,
and nearly all of them passed `integrity_check`. SQLite's backup interface, in one step, made none
that was wrong, and its writers went on: it reads under a transaction, which nobody waits for in WAL
mode (sqlite.org/backup.html). In several steps it would begin anew with each write.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from procs.errors import StoreFull
from procs.store.sqlite import database_file

#: Seconds to wait for whoever locks the file as a whole, as a sign-in's does for a moment.
PATIENCE = 30.0
FAULTS = "PRAGMA integrity_check(5)"
#: A row for each reference that leads nowhere: table, row, the table it should be in.
LOOSE = "PRAGMA foreign_key_check"
TABLES = """
SELECT name FROM sqlite_schema
 WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'
 ORDER BY name
"""
COUNT = 'SELECT COUNT(*) FROM "{table}"'
#: The highest number that each table gave to a row, of those that remember it; and of the two that
#: hold what people asked for, the highest that is there.
SEQUENCES = """
SELECT name, seq FROM sqlite_sequence
 UNION ALL SELECT 'jobs', (SELECT COALESCE(MAX(id), 0) FROM jobs)
 UNION ALL SELECT 'requests', (SELECT COALESCE(MAX(id), 0) FROM requests)
"""
SETTLE = "PRAGMA journal_mode = DELETE"
#: A copy that a power cut halves is deleted and taken again, so nobody waits until it is on the
#: disk: what it would push there delays every writer's own wait.
UNSYNCED = "PRAGMA synchronous = OFF"


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. Raises StoreError for a file that is no database."""
    address = f"file:{quote(os.fsencode(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        database_file.raise_failure(error, path)


def take(path: Path, to: Path) -> None:
    """Copy the database of a file into a new one, without a log beside it; whoever keeps it syncs
    it. Raises StoreError, StoreFull; what there is of the copy stays then."""
    with read_only(path) as source:
        try:
            with closing(sqlite3.connect(to)) as target:
                target.execute(UNSYNCED)
                source.backup(target)
                target.execute(SETTLE)
        except sqlite3.DatabaseError as error:
            database_file.raise_failure(error, to)


def faults(path: Path) -> list[str]:
    """What is wrong with a file that nobody writes: damaged pages and indexes, and references that
    lead nowhere. Reads all of it. Raises StoreFull where the disk is at fault."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = [row[0] for row in connection.execute(FAULTS) if row[0] != "ok"]
            loose = {f"{row[0]} refers to nothing in {row[2]}" for row in connection.execute(LOOSE)}
    except sqlite3.DatabaseError as error:
        if isinstance(fault := database_file.named(error, path), StoreFull):
            raise fault from error
        return [str(error)]
    return [" ".join(fault.split()) for fault in (*found, *sorted(loose))]


def counts(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    with read_only(path) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        return {name: connection.execute(COUNT.format(table=name)).fetchone()[0] for name in tables}


def sequences(path: Path) -> dict[str, int]:
    """The highest number of each table that numbers its rows."""
    with read_only(path) as connection:
        return {name: int(number) for name, number in connection.execute(SEQUENCES)}


@contextmanager
def needing_room(path: Path) -> Iterator[None]:
    """Write to another file of SQLite's, a session of Telegram's say. Raises StoreFull when there
    is no room for it."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        known = database_file.named(error, path)
        if isinstance(known, StoreFull):
            raise known from error
        raise
