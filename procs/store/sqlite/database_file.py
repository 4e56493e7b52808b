"""Checks the file of the database before anything opens it: whether it exists, is ours, whole, and
writable. Each fault is one sentence with its fix. No connection creates a file: only `migrate`
does, at the first start.
"""

import os
import re
import sqlite3
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from procs.core import disk
from procs.errors import NewerDatabase, StoreError, StoreFull, UnreadableText
from procs.store.sqlite.files.opened_files import RESTORE, beside, identity, misplaced
from procs.store.sqlite.schema import STEPS, VERSION

SCHEME = "sqlite:///"
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"
OF = "PRAGMA user_version"
#: Reads every page; 350 MB a second here.
QUICK_CHECK = "PRAGMA quick_check(1)"
#: The table in which the library that migrates notes its steps, and one that ours always had.
OURS = frozenset({"_sqlite_migrations", "jobs"})
CHANGES = re.compile(
    r"CREATE TABLE (?:IF NOT EXISTS )?(?P<made>\w+)|DROP TABLE (?:IF EXISTS )?(?P<dropped>\w+)"
    r"|ALTER TABLE (?P<old>\w+) RENAME TO (?P<new>\w+)"
)
#: The fault, by SQLite's result code (sqlite.org/rescode.html).
SENTENCES = {
    sqlite3.SQLITE_NOTADB: f"is not an SQLite database, or its beginning is damaged; {RESTORE}",
    sqlite3.SQLITE_CORRUPT: f"is damaged ({{why}}); {RESTORE}",
    sqlite3.SQLITE_FORMAT: f"is damaged ({{why}}); {RESTORE}",
    sqlite3.SQLITE_READONLY: "cannot be written; give it, its folder and the disk they lie on back "
    "to the user that runs Chapar",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that it, its -wal and its -shm are files of "
    "the user that runs Chapar",
    sqlite3.SQLITE_PERM: "may not be opened by this user; run this as the user that runs Chapar",
    sqlite3.SQLITE_BUSY: "is locked by another program; end that program (sqlite3, a backup tool)",
    sqlite3.SQLITE_LOCKED: "is locked by another program; end that program (sqlite3, a backup "
    "tool)",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program; end that program",
}
#: The file in `run` that says which file of a database the processes started with.
STARTED_WITH = "started-with"
#: What Python's library says of a text, which it has no code for; the text itself stands behind.
UNDECODED = re.compile(r"Could not decode to UTF-8 column '(.*?)'")
NO_TEXT = "holds a text that is no UTF-8 (column {column}); correct or delete its row"
FULL = "the disk is full or fails ({why}); free space on it"


def path_of(url: str) -> Path:
    """The file of a `sqlite:///` address. Raises StoreError for any other."""
    if not url.startswith(SCHEME):
        raise StoreError(f"{url!r} is not the address of an SQLite file; write {SCHEME}/path")
    return Path(url.removeprefix(SCHEME))


@dataclass(frozen=True, slots=True)
class SchemaMark:
    """What the tables of a database were before an upgrade: its version, the steps that made it,
    each object's statement by type and name, and the columns of each table."""

    version: int
    applied: frozenset[str]
    objects: dict[tuple[str, str], str]
    columns: dict[str, tuple[str, ...]]


def url_of(path: Path) -> str:
    """The address of a file."""
    return f"{SCHEME}{path.absolute()}"


def files_of(url: str) -> tuple[Path, ...]:
    """The database, its log and the index of that log."""
    path = path_of(url)
    return (path, *beside(path))


def connect(path: Path, *, timeout: float, statements: int, check: int = 0) -> sqlite3.Connection:
    """A connection to the database of this version. A file of up to `check` bytes is read whole.

    Raises NewerDatabase when a newer Chapar wrote it, StoreError when it cannot be used.
    """
    require_usable(path)
    address = f"file:{quote(os.fsencode(path))}?mode=rw"
    try:
        connection = sqlite3.connect(
            address, uri=True, timeout=timeout, isolation_level=None, cached_statements=statements
        )
    except sqlite3.DatabaseError as error:
        raise_failure(error, path)
    try:
        require_version(path, examine(connection, path, check=check))
    except BaseException:
        connection.close()
        raise
    return connection


def require_usable(path: Path) -> None:
    """Raises StoreError unless this is a file with content that this user may read and write,
    beside its log and in its folder."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise StoreError(
            f"{path} does not exist; `chapar up` makes it at the first start"
        ) from None
    except OSError as error:
        help = who(path) if isinstance(error, PermissionError) else disk.help_of(error)
        raise StoreError(f"{path} cannot be reached ({error.strerror}); {help}") from None
    if not stat.S_ISREG(facts.st_mode):
        raise StoreError(f"{path} is not a file; let CHAPAR_DATABASE_URL name one, or {RESTORE}")
    for one in (path, path.parent, *beside(path)):
        if os.path.lexists(one) and not os.access(one, os.R_OK | os.W_OK):
            raise StoreError(f"{path} cannot be used: this user may not write {one}; {who(one)}")
    if facts.st_size == 0:
        raise StoreError(f"{path} is empty: whatever was in it is gone; {RESTORE}")


def who(path: Path) -> str:
    """The fix for a file that this user may not use."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return "run this as the user that runs Chapar"
    if owner != os.geteuid():
        return f"run this as its owner (user id {owner}), or give it to this user"
    return "give its owner back the right to write (chmod u+rw), on a disk that is not read-only"


def examine(connection: sqlite3.Connection, path: Path, *, check: int = 0) -> int:
    """The version of a database of ours. Raises StoreError for one that is not ours, or has lost
    tables, or is damaged; NewerDatabase for one of a later version."""
    try:
        found: int = connection.execute(OF).fetchone()[0]
        tables = {name for (name,) in connection.execute(TABLES)}
        said = [("ok",)]
        if path.stat().st_size <= check:
            said = connection.execute(QUICK_CHECK).fetchall()
    except sqlite3.DatabaseError as error:
        raise_failure(error, path)
    if not tables:
        raise StoreError(f"{path} has no tables: whatever was in it is gone; {RESTORE}")
    if not tables & OURS:
        raise StoreError(
            f"{path} is the database of another program; let CHAPAR_DATABASE_URL name a file of "
            f"its own, or {RESTORE}"
        )
    if found > VERSION:
        raise NewerDatabase(newer(path, found))
    if gone := sorted(expected(found) - tables):
        raise StoreError(f"{path} has lost tables ({', '.join(gone)}); {RESTORE}")
    if said != [("ok",)]:
        why = " ".join(str(said[0][0]).split()).removeprefix("*** in database main *** ")
        raise StoreError(f"{path} is damaged ({why}); {RESTORE}")
    return found


def require_version(path: Path, found: int) -> None:
    """Raise StoreError for a file of another version than this program's."""
    if found != VERSION:
        raise StoreError(
            f"{path} is of version {found}, this program needs {VERSION}; "
            "`chapar up` brings it up to date"
        )


@cache
def expected(version: int) -> frozenset[str]:
    """The tables that a database has from a version on, whichever steps to ours are done. The last
    step of each version makes views alone, and ours has another at the number of an earlier one."""
    done, tables = version - (version != VERSION), set[str]()
    for number, (_, script) in enumerate(STEPS):
        for change in CHANGES.finditer(script):
            tables -= {change["dropped"], change["old"]}
            tables |= {change["made"], change["new"]} if number < done else set()
    return frozenset(name for name in tables if name)


def raise_failure(error: sqlite3.DatabaseError, path: Path) -> NoReturn:
    """Raise what SQLite says as a failure of ours, where the file is at fault; else as it is."""
    known = named(error, path)
    if known is None:
        raise error
    raise known from error


def named(error: sqlite3.DatabaseError, path: Path) -> StoreError | None:
    """The failure that an error of SQLite means, with its fix; None for one that is our own
    mistake."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return StoreFull(f"{path}: {FULL.format(why=error)}")
    if found := UNDECODED.match(str(error)):
        return UnreadableText(f"{path} {NO_TEXT.format(column=found[1])}")
    if str(error).startswith("no such table: "):
        return StoreError(f"{path} has lost a table ({str(error)[15:]}); {RESTORE}")
    if code in SENTENCES:
        return StoreError(f"{path} {SENTENCES[code].format(why=error)}")
    return None


def note_started(path: Path, run: Path) -> None:
    """Note which file a stack starts with."""
    found = identity(path)
    (run / STARTED_WITH).write_text(f"{found}\n", encoding="ascii")


def require_started(path: Path, run: Path) -> None:
    """Raises StoreError when the database is not the file that the stack was started with."""
    try:
        noted = (run / STARTED_WITH).read_text(encoding="ascii").strip()
    except OSError:
        return
    found = identity(path)
    if noted != str(found):
        raise StoreError(misplaced(path, path, is_gone=found is None))


def is_locked(error: StoreError) -> bool:
    """Whether another program kept us out."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


def newer(path: Path, found: int) -> str:
    """The sentence for a file of a newer program."""
    return (
        f"{path} was written by a newer Chapar (database version {found}, this program knows "
        f"{VERSION}); upgrade Chapar, or restore a backup made by this version"
    )
