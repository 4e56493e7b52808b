"""One process's connection to an SQLite file, and the rules for writing.

Rules, each measured: one connection belongs to one process and one thread; WAL; every write
transaction is IMMEDIATE and passes the gate first; only the keeper checkpoints; a transaction is
short and nothing is awaited inside it.
"""

import ctypes
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from procs.core import clock
from procs.core.clock import ClockReading
from procs.core.codec import row_sum
from procs.core.files import event_file
from procs.core.files.event_file import LOCKS
from procs.errors import StoreError
from procs.store.sqlite import database_file
from procs.store.sqlite.files.opened_files import OpenedFiles, beside
from procs.store.sqlite.gate import Gate, GateLock, locks
from procs.store.sqlite.schema import PAGE
from procs.store.sqlite.statements.bound_values import bound
from procs.store.sqlite.statements.transaction import Transaction

#: Seconds SQLite may wait for a lock that the gate does not cover (a reader's recovery, a shell).
BUSY = 30.0
#: Seconds behind the gate after which a wait was for somebody who does not pass it.
STRANGE_WAIT = 0.25
CHECKPOINT = "PRAGMA wal_checkpoint({mode})"
#: Milliseconds that a checkpoint waits for a reader, while every writer waits for it; and all else.
BRIEFLY, LONG = "PRAGMA busy_timeout = 50", f"PRAGMA busy_timeout = {BUSY * 1000:.0f}"
#: Pages in the log above which it is moved into the database.
LOG_PAGES = 8000
LOGGED = ("journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 0")
#: Bytes that SQLite has in a process which looks at every table: what it rereads the kernel keeps.
SPARING = "PRAGMA soft_heap_limit = 1048576"
#: Statements that stay prepared: more than there are in the store.
PREPARED = 512

Facts = Mapping[str, Any]
Row = tuple[Any, ...]
#: What is made of rows.
Made = TypeVar("Made")
OfRows = Callable[[Sequence[Row]], Made]
#: The context that `write` returns inside of a transaction: that one goes on.
JOINED = nullcontext()


class Connection:
    """A connection that only its own process and thread may use; `procs.store.database` says what
    it promises."""

    def __init__(self, path: Path, *, run: Path, check: int = 0) -> None:
        self.path, self.run, self.pid = path, run, os.getpid()
        self.told_clock: ClockReading | None = None
        self.connection = database_file.connect(
            path, timeout=BUSY, statements=PREPARED, check=check
        )
        #: Of every statement: one for each costs a fifth more. What is found is read at once.
        self.cursor = self.connection.cursor()
        self.gate = Gate(run)
        self.usual, self.durable = Transaction(self, full=False), Transaction(self, full=True)
        self.inside = self.full = False
        #: What the running transaction names, and whether it is a sign of life alone.
        self.only: Collection[str] | None = None
        self.quiet = False
        self.version = -1
        for pragma in (*LOGGED, "foreign_keys = ON", "temp_store = MEMORY"):
            self._run(f"PRAGMA {pragma}")
        self.connection.create_function("row_sum", -1, row_sum, deterministic=True)
        self.one("PRAGMA user_version")  # opens the log
        self.files = OpenedFiles(path)

    def all(self, sql: str, facts: Facts | None = None) -> list[Row]:
        """Every row of one statement. RETURNING is read to its end, else the write lock stays."""
        if not self.inside:
            self._must_be_mine()
        try:  # as `_run` does, without one more call for each statement
            if facts:
                text, values = bound(sql)
                return self.cursor.execute(text, values(facts)).fetchall()
            return self.cursor.execute(sql).fetchall()
        except sqlite3.DatabaseError as error:
            database_file.raise_failure(error, self.path)

    def one(self, sql: str, facts: Facts | None = None) -> Row | None:
        """The first row, or None."""
        return next(iter(self.all(sql, facts)), None)

    def change(self, sql: str, facts: Facts | None = None) -> int:
        """The number of rows that a statement without RETURNING changed. Inside `write` only."""
        if not self.inside:
            self._must_write()
        return self._run(sql, facts).rowcount

    def send(self, sql: str, facts: Facts | None = None, *, by: Sequence[str] = ()) -> None:
        """The same at once, for whoever need not know the number."""
        if not self.inside:
            self._must_write()
        self._run(sql, facts)

    def fence(self, sql: str, beside: str, facts: Facts, otherwise: Exception) -> None:
        """One behind the other."""
        if not self.inside:
            self._must_write()
        if not self._run(sql, facts).rowcount:
            raise otherwise
        if beside:
            self._run(beside, facts)

    def take(
        self, pick: str, change: OfRows[object], both: str, facts: Facts, read: OfRows[Made]
    ) -> Callable[[], Made]:
        """By two statements at once: RETURNING costs half as much again."""
        rows = self.all(pick, facts)
        change(rows)
        return partial(read, rows)

    def change_many(self, sql: str, facts: Iterable[Facts]) -> int:
        """The same statement with each of `facts`: how many rows it changed in all."""
        return self._run_many(sql, facts)

    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert many rows at once. Inside of `write` only."""
        places = ", ".join("?" for _ in columns)
        self._run_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)

    def write(
        self, *, full: bool = False, only: Collection[str] | None = None, quiet: bool = False
    ) -> AbstractContextManager[None]:
        """One write transaction, alone whatever it names; joins the one that runs already, unless
        that names less: a server would refuse it. `full` waits for the disk (synchronous=FULL): a
        power cut loses nothing of it. Raises StoreFull, with nothing changed.
        """
        if not self.inside:
            self.only, self.quiet = only, quiet
            return self.durable if full else self.usual
        if self.quiet and not quiet:
            raise StoreError("a quiet transaction has no part of which others must hear")
        mine = self.only
        if mine is not None:
            for name in (None,) if only is None else only:
                if name not in mine:
                    raise StoreError("on a server this goes beside others, may not become alone")
        return JOINED

    def also(self, names: Iterable[str]) -> None:
        """Be about these too."""
        if self.only is not None:
            self.only = {*self.only, *names}

    def _begin(self, full: bool, came: float) -> None:
        """`came`: the steady instant at which it came to the gate. Who waited there, for one that
        waits for a stranger's lock, has waited for that lock too."""
        if full is not self.full:
            self._wait_for_disk(full)
        began = clock.steady()
        self.files.look(began)
        is_late = began - came > STRANGE_WAIT
        try:
            if is_late:
                left = max(50.0, (BUSY - (began - came)) * 1000)
                self._run(f"PRAGMA busy_timeout = {left:.0f}")
            self._run("BEGIN IMMEDIATE")
        except StoreError as error:
            if database_file.is_locked(error):
                event_file.append(self.run / LOCKS, "error")
            raise
        finally:
            if is_late:
                self._run(LONG)
        if clock.steady() - began >= STRANGE_WAIT:
            event_file.append(self.run / LOCKS, "wait")
        self.inside = True

    def _wait_for_disk(self, full: bool) -> None:
        self._run(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
        self.full = full

    def twin(self) -> "Connection":
        """Another connection to the same file, for the thread that calls this and closes it."""
        return Connection(self.path, run=self.run)

    def serve_a_loop(self) -> None:
        """Nothing: a file answers, and locks end by themselves (BUSY)."""

    def changed(self) -> bool:
        """Whether another connection committed since the last call (PRAGMA data_version)."""
        if self.full and not self.inside:  # who asks is about to sleep: nobody waits for it here
            self._wait_for_disk(False)
        before, seen = self.version, self.one("PRAGMA data_version")
        self.version = seen[0] if seen else 0
        return self.version != before

    def rest(self) -> None:
        """Never: a look costs next to nothing."""

    def maintain(self) -> Mapping[str, int]:
        """Move the log into the database when it has grown long, and keep few pages in memory."""
        self._run(SPARING)
        log = beside(self.path)[0]
        if (size := log.stat().st_size if log.exists() else 0) <= LOG_PAGES * PAGE:
            return {}
        pages, moved = self.checkpoint(truncate=True)
        return {"bytes": size, "pages": pages, "moved": moved}

    def oldest_snapshot(self) -> tuple[float, str]:
        """None: a reader keeps the log from being shortened, whose size is watched."""
        return 0.0, ""

    def write_locks(self) -> Sequence[GateLock]:
        """The gate, and the door before it."""
        return locks(self.run)

    def time(self) -> None:
        """All processes that use the file have this machine's clock."""

    def lineage(self) -> str:
        """A file has one history."""
        return ""

    def channel(self, direct: str = "") -> None:
        """All processes that use the file are on this machine."""

    def checkpoint(self, *, truncate: bool = False) -> tuple[int, int]:
        """Move the WAL into the database under the gate: (pages in the WAL, pages moved). Under the
        gate no commit can race the checkpoint, which is the condition of the WAL-reset fault that
        SQLite fixed in 3.51.3. Pages that a reader still needs stay in the WAL."""
        self.gate.enter()
        try:
            self.files.require_same()
            self._run(BRIEFLY)
            row = self.one(CHECKPOINT.format(mode="TRUNCATE" if truncate else "PASSIVE"))
        finally:
            self._run(LONG)
            self.gate.leave()
        return (row[1], row[2]) if row else (0, 0)

    def require_same(self) -> None:
        """Raises StoreError when the file under our name is not the one that is open."""
        self.files.require_same()

    def require_writable(self) -> None:
        """Raises StoreError unless a write could begin now. Does not pass the gate, which whoever
        waits for a locked database holds: nothing is written."""
        self.files.require_same()
        self._run(BRIEFLY)
        try:
            self._run("BEGIN IMMEDIATE")
            self._run("ROLLBACK")
        finally:
            self._run(LONG)

    def close(self) -> None:
        """Close the file and the gate. A file that was replaced stays open: SQLite would remove the
        log of whatever has its name now."""
        try:
            self.files.require_same()
        except StoreError:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.connection))
        else:
            self.cursor.close()  # a statement that was not read to its end keeps the file open
            self.connection.close()
        self.files.close()
        self.gate.close()

    def _must_write(self) -> None:
        if not self.inside:
            raise StoreError("a change outside of a write transaction")

    def _must_be_mine(self) -> None:
        """Of its own process; in a transaction its beginning saw to that."""
        if os.getpid() != self.pid:
            raise StoreError("a connection may not cross a fork")

    def _run_many(self, sql: str, facts: Iterable[Facts] | Iterable[Row]) -> int:
        self._must_write()
        try:
            return self.connection.executemany(sql, facts).rowcount
        except sqlite3.DatabaseError as error:
            database_file.raise_failure(error, self.path)

    def _run(self, sql: str, facts: Facts | None = None) -> sqlite3.Cursor:
        if not self.inside:
            self._must_be_mine()
        try:
            if facts:
                text, values = bound(sql)
                return self.cursor.execute(text, values(facts))
            return self.cursor.execute(sql)
        except sqlite3.DatabaseError as error:
            database_file.raise_failure(error, self.path)
