"""One process's connection to a PostgreSQL server, and the rules for writing.

First right, then loose: a write transaction begins with an advisory lock of the whole database, the
same gate that the other kind has as a kernel lock, so that whatever holds behind that gate holds
here. Every statement stays prepared on the server. A connection that broke off is made anew before
the next statement outside of a transaction; a transaction that it broke off has failed whole.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from procs.errors import NewerDatabase, StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.dialect import numbered
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.postgresql.server_session import Row, connect

#: The gate of a database, held to the commit: nobody else writes meanwhile, and each statement
#: after it sees all that was committed. Who stands still inside of a transaction (a debugger, a
#: stopped process) is thrown out after ten seconds, because everybody waits behind it.
BEGIN = """
BEGIN;
SELECT SET_CONFIG('synchronous_commit', '{durability}', TRUE),
       SET_CONFIG('idle_in_transaction_session_timeout', '10s', TRUE);
SELECT PG_ADVISORY_XACT_LOCK(6774642, 1)
"""
BEGINS = {full: BEGIN.format(durability="on" if full else "off").encode() for full in (False, True)}
#: Whether the transaction had a number, which one that changed nothing has not; then its commit.
COMMIT = b"SELECT PG_CURRENT_XACT_ID_IF_ASSIGNED() IS NOT NULL; COMMIT"
#: How many transactions of the server had a number and are over: all below the newest that is over,
#: without those that still run.
OVER = b"""
SELECT CAST(CAST(PG_SNAPSHOT_XMAX(now) AS TEXT) AS BIGINT)
       - (SELECT COUNT(*) FROM PG_SNAPSHOT_XIP(now))
  FROM PG_CURRENT_SNAPSHOT() AS now
"""
CLOCK = b"SELECT CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) AS DOUBLE PRECISION)"
READ_ONLY = b"SHOW transaction_read_only"
APPLIED = b"SELECT COUNT(*) FROM schema_steps"

#: Seconds that a restart of the server may take, and between two attempts to connect.
RESTART, PAUSE = 10.0, 0.1

Facts = Mapping[str, Any]
NO_FACTS: Facts = {}
#: The context that `write` returns inside of a transaction: that one goes on.
JOINED = nullcontext()


class ServerConnection:
    """A connection that only its own process and thread may use; `procs.store.database` says what
    it promises."""

    def __init__(self, url: str, *, run: Path, version: int) -> None:
        """Raises NewerDatabase, StoreError unless the database is of this version."""
        self.url, self.run, self.version = url, run, version
        self.pid = os.getpid()
        self.inside = False
        self.over, self.own = -1, 0
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._connect()
        self._require_version()

    def all(self, sql: str, facts: Facts | None = None) -> list[Row]:
        """Every row of one statement."""
        return self._run(sql, facts).fetchall()

    def one(self, sql: str, facts: Facts | None = None) -> Row | None:
        """The first row, or None."""
        return self._run(sql, facts).fetchone()

    def change(self, sql: str, facts: Facts | None = None) -> int:
        """The number of rows that a statement without RETURNING changed. Inside `write` only."""
        self._must_write()
        return self._run(sql, facts).rowcount

    def change_many(self, sql: str, facts: Iterable[Facts]) -> int:
        """The same statement with each of `facts`, sent one after the other without waiting for the
        answers: how many rows it changed in all."""
        self._must_write()
        text, names = numbered(sql)
        try:
            cursor = self._mine().cursor()
            cursor.executemany(text, [[one[name] for name in names] for one in facts])
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        return max(cursor.rowcount, 0)

    def write(self, *, full: bool = False) -> AbstractContextManager[None]:
        """One write transaction; joins the one that runs already.

        `full` waits for the server's disk (synchronous_commit=on). Raises StoreFull when that disk
        is full; nothing is changed then.
        """
        return JOINED if self.inside else ServerTransaction(self, full)

    def twin(self) -> "ServerConnection":
        """Another connection to the same database, for the thread that calls this and closes it."""
        return ServerConnection(self.url, run=self.run, version=self.version)

    def changed(self) -> bool:
        """Whether another connection committed since the last call. True too when one of another
        database of the server did."""
        row = self._whole(OVER).fetchone()
        over = row[0] if row else 0
        before, self.over = self.over, over
        own, self.own = self.own, 0
        return bool(before < 0 or over - before != own)

    def maintain(self) -> Mapping[str, int]:
        """Nothing: the server's autovacuum does it."""
        return {}

    def require_same(self) -> None:
        """Nothing: a server keeps a database while somebody is connected to it, and each new
        connection looks at its version."""

    def write_locks(self) -> Sequence[Any]:
        """None on this machine: the server orders writers, and throws out one that stands still."""
        return ()

    def require_writable(self) -> None:
        """Raises StoreError where no server answers, or one that takes no writes (a standby)."""
        row = self._whole(READ_ONLY).fetchone()
        if row and row[0] == "on":
            place = server_faults.shown(self.url)
            raise StoreError(f"{place} takes no writes; give the address of the primary server")

    def time(self) -> float:
        """The server's clock, in epoch seconds, as the server sends its answer."""
        return float(self._whole(CLOCK).fetchall()[0][0])

    def channel(self) -> Callable[[], ServerChannel]:
        """What opens the channel to the other machines."""
        return partial(ServerChannel, self.url)

    def close(self) -> None:
        self.session.close()

    def _reconnect(self) -> None:
        """Connect again. A server that restarts refuses for some seconds, which are waited for
        here, because nothing goes on without it. Raises StoreError after `RESTART`."""
        end = time.monotonic() + RESTART
        while True:
            try:
                self._connect()
                return self._require_version()
            except StoreError:
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE)

    def _connect(self) -> None:
        self.session = connect(self.url)
        self.session.prepare_threshold = 0
        self.cursor = self.session.cursor()
        self.over = -1

    def _require_version(self) -> None:
        try:
            row = self.session.execute(APPLIED).fetchone()
        except psycopg.errors.UndefinedTable:
            found = 0
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        else:
            found = row[0] if row else 0
        if found != self.version:
            self.close()
            require_version(self.url, found, self.version)

    def _must_write(self) -> None:
        if not self.inside:
            raise StoreError("a change outside of a write transaction")

    def _mine(self) -> psycopg.Connection[Row]:
        if os.getpid() != self.pid:
            raise StoreError("a connection may not cross a fork")
        return self.session

    def _run(self, sql: str, facts: Facts | None) -> psycopg.Cursor[Row]:
        text, names = numbered(sql)
        given = facts or NO_FACTS
        return self._whole(text, [given[name] for name in names])

    def _whole(self, text: bytes, values: list[Any] | None = None) -> psycopg.Cursor[Row]:
        """Run one text; anew on a new connection when the old one is gone and no transaction was
        on it, as after a restart of the server."""
        self._mine()
        if self.session.closed and not self.inside:
            self._reconnect()
        try:
            return self.cursor.execute(text, values, prepare=values is not None)
        except psycopg.Error as error:
            if not self.session.closed or self.inside:
                server_faults.raise_failure(error, self.url)
        self._reconnect()
        try:
            return self.cursor.execute(text, values, prepare=values is not None)
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)


class ServerTransaction:
    """From the gate to the commit."""

    __slots__ = ("db", "full")

    def __init__(self, db: ServerConnection, full: bool) -> None:
        self.db, self.full = db, full

    def __enter__(self) -> None:
        try:
            self.db._whole(BEGINS[self.full])
        except BaseException:
            self._undo()
            raise
        self.db.inside = True

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                row = self.db._whole(COMMIT).fetchone()
                self.db.own += bool(row and row[0])
        finally:
            self.db.inside = False
            self._undo()

    def _undo(self) -> None:
        """Roll back what is not committed. A session on which that fails is of no use."""
        session = self.db.session
        idle = psycopg.pq.TransactionStatus.IDLE
        if session.closed or session.info.transaction_status == idle:
            return
        try:
            session.rollback()
        except psycopg.Error:
            session.close()


def require_version(url: str, found: int, version: int) -> None:
    """Raises NewerDatabase, StoreError when a database of version `found` is not ours."""
    place = server_faults.shown(url)
    if found > version:
        raise NewerDatabase(
            f"{place} was written by a newer Chapar (database version {found}, this program knows "
            f"{version}); upgrade Chapar, or restore a backup made by this version"
        )
    if found != version:
        raise StoreError(
            f"{place} is of version {found}, this program needs {version}; "
            "`chapar up` brings it up to date"
        )
