"""Bringing a database up to this program's version. Run by `chapar up`, before any process."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Sqlite
from sqlite_utils import Migrations

from procs.errors import NewerDatabase
from procs.store.database import newer, path_of
from procs.store.gate import Gate
from procs.store.schema import PAGE, STEPS, VERSION


def migrate(url: str, *, run: Path) -> None:
    """Create the database or bring it up to date; repeated, it does nothing.

    Ends with a checkpoint: until the first one, a power cut can leave a file without tables.
    Raises NewerDatabase when a newer Chapar wrote it; nothing is changed then.
    """
    path = path_of(url)
    for folder in (path.parent, run):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    gate = Gate(run)
    gate.enter()
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        os.chmod(path, 0o600)
        try:
            apply(connection, path)
        finally:
            connection.close()
    finally:
        gate.close()


def apply(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise NewerDatabase(newer(path, found))
    if found == VERSION:
        return
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("PRAGMA journal_mode = WAL")
    steps().apply(Sqlite(connection))
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def steps() -> Migrations:
    known = Migrations("chapar")
    for name, script in STEPS:
        known(name=name)(runs(script))
    return known


def runs(script: str) -> Callable[[Any], None]:
    """A migration that runs each statement of `script` inside the caller's transaction."""

    def step(db: Any) -> None:
        for statement in statements(script):
            db.conn.execute(statement)

    return step


def statements(script: str) -> list[str]:
    """The statements of a script (`executescript` would commit the transaction it runs in)."""
    found, piece = [], ""
    for line in script.splitlines(keepends=True):
        piece += line
        if sqlite3.complete_statement(piece):
            found.append(piece.strip())
            piece = ""
    return found
