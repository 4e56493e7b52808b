"""What the store needs of a database, and how one is opened: by the scheme of its address.

A statement is written once, for every kind of database that can stand behind `Database`; what is
one kind's own (how it locks, how it is maintained, how its files are judged) lies in that kind's
room and is reached only from here.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from procs.core.clock import ClockReading
from procs.errors import StoreError
from procs.store.sqlite import connection, database_file
from procs.store.sqlite.copies import snapshot
from procs.store.sqlite.schema import STEPS
from procs.store.sqlite.schema import VERSION as VERSION

#: What the tables of a database were before an upgrade.
SchemaMark = database_file.SchemaMark
#: Around a write to a file of SQLite's that is no database of ours; and of such files: a copy of
#: one instant, what is wrong with it, its tables' rows and last numbers.
needing_room, copy_file, faults_of = snapshot.needing_room, snapshot.take, snapshot.faults
row_counts, sequences = snapshot.counts, snapshot.sequences
Facts = Mapping[str, Any]
Row = tuple[Any, ...]
Made = TypeVar("Made")
OfRows = Callable[[Sequence[Row]], Made]


class WriteLock(Protocol):
    """A lock of this machine that a writer passes; who stands still holds it for ever."""

    @property
    def name(self) -> str:
        """In a log line."""

    @property
    def is_queue(self) -> bool:
        """Whether who has it and runs only waits for the next lock, however long that takes."""

    def holder(self) -> int | None:
        """The pid of the process that has it, None when it is free."""


class Channel(Protocol):
    """Words between machines. Each raises StoreError without a connection. `bot_until`: the end of
    the bot's lease (boot clock) when `rest` was asked last. `hears`: words come in."""

    bot_until: float
    hears: bool

    def fileno(self) -> int:
        """Readable when there may be words."""

    def say(self, words: set[bytes]) -> None:
        """Tell every other machine these words."""

    def heard(self) -> set[bytes]:
        """What other machines said since the last call, without waiting."""

    def rest(self) -> int | None:
        """The mark of the database at rest, asked of the server; None while it works."""

    def close(self) -> None:
        """Give the connection back."""


class FrozenDatabase(Protocol):
    """A database as it was at one instant."""

    def all(self, sql: str, facts: Facts | None = None) -> list[Row]:
        """Every row of one statement; what changes rows (RETURNING) stands inside of `write`.
        Raises StoreError."""

    def time(self) -> float | None:
        """The wall clock that all machines go by, None where there is one. Raises StoreError."""


class Database(FrozenDatabase, Protocol):
    """One process's connection, which only that process and one of its threads may use.

    Parameters of a statement are named (`:name`) and come as `facts`; a row is a tuple in the
    order of what is selected. No statement asks the database for the time: instants are facts that
    the caller gives (`:now`), by the clocks of `procs.core.clock`. `told_clock`: what the latest
    quiet `write` was told of that of machines.

    Errors: StoreError, one sentence with its fix, when the database cannot be used (it is gone,
    damaged, read-only, locked by a stranger); StoreFull when there is no room to write. A wrong
    statement raises the error of the database's own library: it is a fault of ours, never caught.
    """

    told_clock: ClockReading | None

    @property
    def run(self) -> Path:
        """The folder of the sockets by which the processes of this database wake each other."""

    def one(self, sql: str, facts: Facts | None = None) -> Row | None:
        """The first row, or None."""

    def change(self, sql: str, facts: Facts | None = None) -> int:
        """How many rows a statement without RETURNING changed. Inside of `write` only."""

    def send(self, sql: str, facts: Facts | None = None, *, by: Sequence[str] = ()) -> None:
        """The same for whoever need not know how many. A server is sent it together with the next
        statement that is asked, or with the commit: by one with those by the same text next to it
        that differ in the facts which `by` names, where none must see what another did."""

    def fence(self, sql: str, beside: str, facts: Facts, otherwise: Exception) -> None:
        """Send a change, and one `beside` it, if any. `otherwise` is raised, with nothing changed,
        unless a row was: it must be none if a commit that was not answered is repeated."""

    def take(
        self, pick: str, change: OfRows[object], both: str, facts: Facts, read: OfRows[Made]
    ) -> Callable[[], Made]:
        """Change the rows that `pick` finds: what gives what `read` makes of them, best behind the
        transaction. A file runs `pick`, then `change` with its rows; a server `both`, all of it."""

    def change_many(self, sql: str, facts: Iterable[Facts]) -> int:
        """The same statement with each of `facts`: how many rows it changed."""

    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert many rows at once, the fastest way. Inside of `write` only."""

    def write(
        self, *, full: bool = False, only: Collection[str] | None = None, quiet: bool = False
    ) -> AbstractContextManager[None]:
        """One write transaction: committed at the end of the block, undone when an error leaves it.

        Nobody else writes between its first statement and its commit, so that what it reads is
        still true when it writes. Inside of another one it is joined: the outer one commits, and
        its `full` counts. `full` returns only when the commit is on the disk, so that a power cut
        loses nothing; without it the last commits may be lost then, whole and in order. Nothing is
        awaited inside. Raises StoreFull with nothing changed.

        `only` names all that it reads and then writes by: a server lets transactions that name
        different things go beside one another, none of them beside one that names nothing. What it
        picks among rows that others pick from too, it locks itself (PICK of `leases`). One that is
        joined names no more than the outer one. A file has one writer at a time in any case.
        `quiet`: a sign of life, which is no news (`rest`); only another such may join it.
        """

    def also(self, names: Iterable[str]) -> None:
        """More of what the running transaction is about, known only by now: from here on nobody
        else has them. Of two that wait for each other so one is undone, and done again."""

    def twin(self) -> "Database":
        """Another connection, for the thread that calls this and closes it."""

    def serve_a_loop(self) -> None:
        """Have no call stand still for long: a server that is silent counts as away from now on."""

    def changed(self) -> bool:
        """Whether another connection committed since the last call; True at the first one."""

    def rest(self) -> int | None:
        """A mark that stays the same while only quiet ones commit and nothing is due; None
        otherwise, where it is not known, and of a file. Costs no query."""

    def maintain(self) -> Mapping[str, int]:
        """Do what keeps the database fast, in one process of all. Returns what, for the log."""

    def require_same(self) -> None:
        """Raises StoreError when the file is another by now, or gone. Every write asks this."""

    def require_writable(self) -> None:
        """Raises StoreError unless a write could begin now; waits for nobody."""

    def oldest_snapshot(self) -> tuple[float, str]:
        """Seconds for which somebody else has kept dead rows, and who; (0, "") for nobody."""

    def write_locks(self) -> Sequence[WriteLock]:
        """The locks of this machine that writers pass; none where a server orders them."""

    def lineage(self) -> str:
        """The history it is: another since a standby took over; "" of a file. Raises StoreError."""

    def channel(self, direct: str = "") -> Callable[[], Channel] | None:
        """What opens a channel to other machines, past a pooler at `direct`; None for a file."""

    def close(self) -> None:
        """Give the connection back; a second time does nothing."""


#: Kinds of databases by the scheme of their address, each with a branch in three functions below.
SCHEMES = {
    "sqlite": "SQLite, a file on this machine",
    "postgresql": "PostgreSQL, a server that several machines may share",
}
SERVER = "postgresql:"


def open_database(url: str, *, run: Path, check: int = 0, move: str = "") -> Database:
    """The database of this process; it must have been migrated. One of up to `check` bytes is read
    whole, to see that it is not damaged. `move`: the "old" or the "new" one of a move; no
    statement is too long, and the new one need not be whole. Raises NewerDatabase, StoreError."""
    require_known(url)
    if url.startswith(SERVER):  # slow to load, and 12 MiB: only who has such a database pays for it
        from procs.store.postgresql.server_connection import ServerConnection

        return ServerConnection(url, run=run, version=VERSION, move=move)
    return connection.Connection(database_file.path_of(url), run=run, check=check)


def require_reachable(url: str) -> None:
    """Raises StoreError for a server that is away, and a database in which `migrate` would fail."""
    if url.startswith(SERVER):
        from procs.store.postgresql import migration

        migration.require_migratable(url)


def frozen(url: str) -> AbstractContextManager[FrozenDatabase]:
    """A server's database as it is now, until the end of the block. Raises StoreError."""
    from procs.store.postgresql.server_snapshot import opened

    return opened(url)


def replaced(url: str, kept: str) -> AbstractContextManager[tuple[str, bool]]:
    """`procs.store.postgresql.migration.replaced`."""
    from procs.store.postgresql.migration import replaced as replacing

    return replacing(url, kept)


def migrate(url: str, *, run: Path, check: int = 0) -> None:
    """Create the database, which nobody has open, or bring it up to date. Raises NewerDatabase, and
    StoreError for one that is not ours or damaged; nothing is changed then. One of up to `check`
    bytes is read whole first."""
    require_known(url)
    if url.startswith(SERVER):
        from procs.store.postgresql import migration

        return migration.migrate(url, run=run, steps=STEPS)
    from procs.store.sqlite.migrate import migrate as bring_up_to_date  # slow to load

    return bring_up_to_date(url, run=run, check=check)


def mark_schema(url: str) -> SchemaMark | None:
    """What the tables of a file are before an upgrade; None of a server's. Raises StoreError."""
    from procs.store.sqlite.migrate import mark

    return mark(url) if files_of(url) else None


def take_back(url: str, before: SchemaMark, *, run: Path) -> int:
    """Take back the steps since a mark while others work, who lose nothing: how many. Raises
    StoreError with nothing changed where that cannot be."""
    from procs.store.sqlite import migrate

    return migrate.take_back(url, before, run=run)


def note_started(url: str, *, run: Path) -> None:
    """Note which database the processes start with; nothing where it is no file."""
    for path in files_of(url)[:1]:
        database_file.note_started(path, run)


def require_started(url: str, *, run: Path) -> None:
    """Raises StoreError when it is another one by now."""
    if files := files_of(url):
        database_file.require_started(files[0], run)


def files_of(url: str) -> tuple[Path, ...]:
    """The file of the database, then the names of those that may lie beside it while it is used;
    none of a database that is no file of this machine."""
    require_known(url)
    return () if url.startswith(SERVER) else database_file.files_of(url)


def require_usable(url: str) -> None:
    """Raises StoreError where the file is none, is empty, or not this user's to write."""
    for path in files_of(url)[:1]:
        database_file.require_usable(path)


@contextmanager
def opened_copy(path: Path) -> Iterator[Database]:
    """A copy that nobody else uses, brought up to date. Raises NewerDatabase, StoreError."""
    url, run = database_file.url_of(path), path.with_name(f"{path.name}.run")
    migrate(url, run=run)
    with closing(open_database(url, run=run)) as db:
        yield db


def require_known(url: str) -> None:
    """Raises StoreError for a scheme that is none of SCHEMES; the sentence lists them."""
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        raise StoreError(
            f"not a database this version can use: {scheme}; let CHAPAR_DATABASE_URL begin with "
            + ", ".join(f"{name}: ({what})" for name, what in SCHEMES.items())
        )
