"""Migrates a database to this program's version, all steps in one transaction. `chapar up` runs it
before any process.

An upgrade that fails afterwards takes the steps back while the processes of the version before go
on: by dropping what they added, so that nothing is lost that those processes wrote. Steps that
changed rows cannot be taken back so.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlite_utils import Database as Sqlite
from sqlite_utils import Migrations

from procs.core import disk
from procs.errors import StoreError
from procs.store.sqlite import database_file
from procs.store.sqlite.database_file import SchemaMark
from procs.store.sqlite.files.opened_files import BESIDE
from procs.store.sqlite.gate import Gate
from procs.store.sqlite.schema import PAGE, STEPS, VERSION

#: The statements of a step that only add: what is dropped is made again from its own text.
ADDS = re.compile(
    r"(CREATE|DROP)\s+(VIEW|TRIGGER|(UNIQUE\s+)?INDEX)\b|CREATE\s+TABLE\b|"
    r"ALTER\s+TABLE\s+\w+\s+ADD\s+COLUMN\b",
    re.IGNORECASE,
)
OBJECTS = """
SELECT type, name, sql FROM sqlite_schema
 WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
   AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\'
 ORDER BY type, name
"""
COLUMNS = 'PRAGMA table_info("{table}")'
APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'chapar'"
FORGET = "DELETE FROM _sqlite_migrations WHERE migration_set = 'chapar' AND name = :name"
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


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
        raise_unchanged(error, path)
    finally:
        gate.close()


def raise_unchanged(error: sqlite3.DatabaseError, path: Path) -> NoReturn:
    """Raises StoreError, also for a step that the rows of this database do not fit."""
    try:
        database_file.raise_failure(error, path)
    except sqlite3.DatabaseError:
        raise StoreError(
            f"{path} cannot be brought up to date ({error}) and is as it was; use the version "
            "before, and report this"
        ) from error


def upgrade(path: Path, check: int) -> None:
    """Migrate a file that exists. `check` says how closely it is examined first. Raises
    StoreError."""
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
        for end in ("", "-journal", *BESIDE):
            Path(f"{fresh}{end}").unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made ({error.strerror}); let this user write its folder"
        ) from None
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        apply(connection)
    disk.sync(fresh)
    fresh.rename(path)
    disk.sync(path.parent)


def apply(connection: sqlite3.Connection) -> None:
    """Take all missing steps in one transaction, and write the version."""
    connection.execute("PRAGMA journal_mode = WAL")
    db = Sqlite(connection)
    with db.atomic():
        steps().apply(db)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def steps() -> Migrations:
    """The steps in their order, as sqlite-utils takes them."""
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


def mark(url: str) -> SchemaMark:
    """What the database is before an upgrade. Raises StoreError."""
    path = database_file.path_of(url)
    with opened_whole(path) as connection:
        return marked(connection)


def marked(connection: sqlite3.Connection) -> SchemaMark:
    """What tells two schemas apart: version, steps taken, statements of all objects, columns of all
    tables."""
    objects = {(kind, name): sql for kind, name, sql in connection.execute(OBJECTS)}
    return SchemaMark(
        connection.execute("PRAGMA user_version").fetchone()[0],
        frozenset(name for (name,) in connection.execute(APPLIED)),
        objects,
        {name: columns(connection, name) for kind, name in objects if kind == "table"},
    )


def columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns of a table, in their order."""
    return tuple(row[1] for row in connection.execute(COLUMNS.format(table=table)))


@contextmanager
def opened_whole(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file of this or another version. Raises StoreError for one that is
    unusable."""
    database_file.require_usable(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30.0)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        database_file.raise_failure(error, path)


def take_back(url: str, before: SchemaMark, *, run: Path) -> int:
    """Take back the steps since a mark, in one transaction beside who works with the database.
    Returns how many. Raises StoreError with nothing changed, for steps that did more than add."""
    since = [(name, script) for name, script in STEPS if name not in before.applied]
    for name, script in since:
        for statement in statements(script):
            if not ADDS.match(COMMENT.sub("", statement).strip()):
                raise StoreError(f"the step {name!r} changed rows")
    path, gate = database_file.path_of(url), Gate(run)
    gate.enter()
    try:
        with opened_whole(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            done = connection.execute("PRAGMA user_version").fetchone()[0] != before.version
            drop_added(connection, before)
            connection.executemany(FORGET, [{"name": name} for name, _ in since])
            connection.execute(f"PRAGMA user_version = {before.version}")
            if not same(marked(connection), before):
                raise StoreError("what the steps added cannot be dropped alone")
            connection.execute("COMMIT")
    finally:
        gate.close()
    return len(since) if done else 0


def drop_added(connection: sqlite3.Connection, before: SchemaMark) -> None:
    """Drop what the mark does not have. Views and triggers go first and come back at the end: a
    column that one names cannot be dropped."""
    now = marked(connection)
    for kind in ("view", "trigger", "index"):
        for what, name in now.objects:
            if what == kind and (kind != "index" or (what, name) not in before.objects):
                connection.execute(f'DROP {kind.upper()} "{name}"')
    for table, names in now.columns.items():
        if table not in before.columns:
            connection.execute(f'DROP TABLE "{table}"')
            continue
        for name in names:
            if name not in before.columns[table]:
                connection.execute(f'ALTER TABLE "{table}" DROP COLUMN "{name}"')
    there = marked(connection).objects
    for key, sql in sorted(before.objects.items(), key=lambda one: one[0][0] == "trigger"):
        if key not in there:
            connection.execute(sql)


def same(now: SchemaMark, before: SchemaMark) -> bool:
    """Whether a database is what the mark says; texts of tables differ in their blanks."""
    return (now.version, now.applied, now.columns, set(now.objects)) == (
        before.version,
        before.applied,
        before.columns,
        set(before.objects),
    )
