"""Migrates a database to this program's version. `chapar up` runs it before any process."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Sqlite
from sqlite_utils import Migrations

from procs.errors import StoreError
from procs.store.sqlite import database_file
from procs.store.sqlite.gate import Gate
from procs.store.sqlite.schema import PAGE, STEPS, VERSION


def migrate(url: str, *, run: Path, check: int = 0) -> None:
    """Create the database or bring it up to date; repeated, it does nothing.

    A new one is made under another name and put in its place whole: a file without tables is never
    one that we left. Ends with a checkpoint: until the first one, a power cut can leave a file
    without tables. Raises NewerDatabase, StoreError for a file that is not ours or damaged; nothing
    is changed then. A file of up to `check` bytes is read whole first.
    """
    path = database_file.path_of(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"cannot make {path.parent} ({error.strerror}); let CHAPAR_DATABASE_URL name a file in "
            "a folder that this user may write"
        ) from None
    gate = Gate(run)
    gate.enter()
    try:
        if os.path.lexists(path):
            upgrade(path, check)
        else:
            create(path)
    except sqlite3.DatabaseError as error:
        database_file.raise_failure(error, path)
    finally:
        gate.close()


def upgrade(path: Path, check: int) -> None:
    database_file.require_usable(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        found = database_file.examine(connection, path, check=check)
        os.chmod(path, 0o600)
        if found != VERSION:
            apply(connection)


def create(path: Path) -> None:
    """Make the database. Raises StoreError when its folder cannot be written."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        for end in ("", "-journal", *database_file.BESIDE):
            Path(f"{fresh}{end}").unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror}); let this user write its folder"
        ) from None
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        apply(connection)
    sync(fresh)
    fresh.rename(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def apply(connection: sqlite3.Connection) -> None:
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
