"""One process's connection to a PostgreSQL server, and the rules for writing.

First right, then loose: a write transaction begins with an advisory lock of the whole database, the
same gate that the other kind has as a kernel lock, so that whatever holds behind that gate holds
here. One that names what it is about has that lock shared, and a lock of each thing that it names.
Every statement stays prepared on the server, unless a pooler stands between (`pooler`). A
connection that broke off is made anew before the next one; while there is none, every call raises
StoreAway at once.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from procs.core.clock import ClockReading
from procs.core.files import rest_file
from procs.errors import StoreAway, StoreError
from procs.store.postgresql import pooler, server_faults
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.postgresql.server_reconnection import ServerReconnection, begun
from procs.store.postgresql.server_session import OLDEST_SNAPSHOT
from procs.store.postgresql.server_transaction import ServerTransaction
from procs.store.postgresql.statements.dialect import CLOCK, guarded, numbered
from procs.store.postgresql.statements.pipeline import (
    COPIED,
    MANY,
    Facts,
    Row,
    Statement,
    all_rows,
    first_row,
    last_value,
    made_by,
    no_answer,
    row_count,
    statement_of,
)
from procs.store.postgresql.statements.server_patience import ServerPatience

#: Transactions with a number that are over: all below the newest of them but those that run.
OVER = b"""
SELECT CAST(CAST(PG_SNAPSHOT_XMAX(now) AS TEXT) AS BIGINT)
       - (SELECT COUNT(*) FROM PG_SNAPSHOT_XIP(now))
  FROM PG_CURRENT_SNAPSHOT() AS now
"""
TIME, HERE, READ_ONLY = b"SELECT " + CLOCK, b"SELECT 1", b"SHOW transaction_read_only"
STEPS_KNOWN = b"SELECT TO_REGCLASS('schema_steps') IS NOT NULL"
#: The version of a database that has steps; ours where a newer Chapar only added to it.
APPLIED = b"""
SELECT CASE WHEN COUNT(*) FILTER (
    WHERE COALESCE(CAST(TO_JSONB(one) ->> 'readers' AS BIGINT), $1 + 1) > $1
) = 0 THEN LEAST(COUNT(*), $1) ELSE COUNT(*) END FROM schema_steps AS one
"""
#: Of a database into which a move has not ended.
MOVING = b"SELECT TO_REGCLASS('move_places') IS NOT NULL"
#: The one of two databases that a move makes, which need not be whole.
NEW = "new"
OUTSIDE = "a change outside of a write transaction"
#: What is made of rows.
Made = TypeVar("Made")
OfRows = Callable[[Sequence[Row]], Made]
#: The context that `write` returns inside of a transaction: that one goes on.
JOINED = nullcontext()


class ServerConnection:
    """A connection that only its own process and thread may use; `procs.store.database` says what
    it promises."""

    def __init__(
        self, url: str, *, run: Path, version: int, move: str = "", bounded: bool = False
    ) -> None:
        """Raises NewerDatabase, StoreError unless the database is of this version, StoreAway where
        no server answers or takes writes."""
        self.url, self.run, self.version = url, run, version
        self.move, self.pid = move, os.getpid()
        self.transaction: ServerTransaction | None = None
        self.reconnection: ServerReconnection | None = None
        self.over, self.own, self.told_at = -1, 0, 0.0
        self.mark: int | None = None
        self.told_clock: ClockReading | None = None
        self.answers = ServerPatience(bounded=bounded, unhurried=bool(move))
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._use(pooler.greet(url, self.answers.statement_timeout))

    def all(self, sql: str, facts: Facts | None = None) -> list[Row]:
        """Every row of one statement."""
        rows: list[Row] = self._run(statement_of(sql, facts, all_rows))
        return rows

    def one(self, sql: str, facts: Facts | None = None) -> Row | None:
        """The first row, or None."""
        row: Row | None = self._run(statement_of(sql, facts, first_row))
        return row

    def change(self, sql: str, facts: Facts | None = None) -> int:
        """The number of rows that a statement without RETURNING changed. Inside `write` only."""
        self._must_write()
        return int(self._run(statement_of(sql, facts, row_count)))

    def send(self, sql: str, facts: Facts | None = None, *, by: Sequence[str] = ()) -> None:
        """The same, which goes with the next statement that is asked, or with the commit."""
        if facts and by:
            return self._open().batch(sql, facts, tuple(facts[name] for name in by))
        return self._open().send(statement_of(sql, facts, row_count))

    def fence(self, sql: str, beside: str, facts: Facts, otherwise: Exception) -> None:
        """Both as one statement, which goes likewise; one that is alone with its like."""
        if not beside:
            return self._open().fence(sql, facts, otherwise)
        both = statement_of(guarded(sql, beside), facts, no_answer)
        return self._open().send(both, otherwise)

    def take(
        self, pick: str, change: OfRows[object], both: str, facts: Facts, read: OfRows[Made]
    ) -> Callable[[], Made]:
        """By one statement, whose answer comes with the next one that is asked, or the commit."""
        transaction, statement = self._open(), statement_of(both, facts, made_by(read))
        transaction.send(statement)
        return lambda: transaction.answer_of(statement).get()

    def change_many(self, sql: str, facts: Iterable[Facts]) -> int:
        """The same statement with each of `facts`, sent together: how many rows it changed."""
        self._must_write()
        text, names = numbered(sql)
        values = [[one[name] for name in names] for one in facts]
        return int(self._run(Statement(text, values, row_count, MANY)))

    def fill(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert many rows at once (COPY). Inside of `write` only."""
        self._must_write()
        text = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        self._run(Statement(text.encode(), list(rows), row_count, COPIED))

    def write(
        self, *, full: bool = False, only: Collection[str] | None = None, quiet: bool = False
    ) -> AbstractContextManager[None]:
        """One write transaction; joins the one that runs already, unless that names less.

        `full` waits for the server's disk (synchronous_commit=on), and a commit whose answer is
        lost is looked up. Without it such a commit raises StoreAway, though it may have been one.
        Raises StoreFull when that disk is full; nothing is changed then.
        """
        if self.transaction is None:
            return ServerTransaction(self, full, only, quiet=quiet)
        if self.transaction.quiet and not quiet:
            raise StoreError("a quiet transaction has no part of which others must hear")
        if not self.transaction.covers(only):
            raise StoreError("a transaction beside others may not become one that is alone")
        return JOINED

    def also(self, names: Iterable[str]) -> None:
        """Lock these too, unless the transaction is alone or has them."""
        self._open().name(names)

    def twin(self) -> "ServerConnection":
        """Another connection to the same database, for the thread that calls this and closes it."""
        again = partial(ServerConnection, self.url, run=self.run, version=self.version)
        return again(move=self.move, bounded=self.answers.bounded)

    def serve_a_loop(self) -> None:
        """Take a server that is silent for one that is away (`ServerPatience`)."""
        self.answers.bounded = True

    def changed(self) -> bool:
        """Whether another connection committed since the last call, or one of another database of
        the server. No query while this one is known to be at rest."""
        before, self.mark = self.mark, self.rest()
        if self.mark is not None:
            return self.mark != before
        over = self.run_alone(Statement(OVER, (), last_value))
        seen, self.over, own, self.own = self.over, over, self.own, 0
        return bool(seen < 0 or over - seen != own)

    def rest(self) -> int | None:
        """What the keeper of this machine found last, unless this process committed since, or its
        connection is lost."""
        return None if self.session.closed else rest_file.read(self.run, since=self.told_at)

    def maintain(self) -> Mapping[str, int]:
        """Nothing: the server's autovacuum does it."""
        return {}

    def require_same(self) -> None:
        """Nothing: a server keeps a database in use, and a new connection looks at its version."""

    def oldest_snapshot(self) -> tuple[float, str]:
        """Of sessions, prepared transactions and replication slots, whoever holds the oldest."""
        found = self.run_alone(Statement(OLDEST_SNAPSHOT, (), first_row))
        return (float(found[0]), str(found[1])) if found else (0.0, "")

    def write_locks(self) -> Sequence[Any]:
        """None on this machine: the server orders writers, and throws out one that stands still."""
        return ()

    def require_writable(self) -> None:
        """Raises StoreAway where no server answers, or a standby."""
        if self.run_alone(Statement(READ_ONLY, (), last_value)) == "on":
            self.session.close()  # the next may be another server
            raise StoreAway(f"{server_faults.shown(self.url)} takes no writes at the moment")

    def time(self) -> float:
        """The server's clock in epoch seconds, as it sends its answer."""
        return float(self.run_alone(Statement(TIME, (), last_value)))

    def lineage(self) -> str:
        """The server's timeline, which a standby leaves when it is promoted."""
        if self.transaction is None or not self.transaction.opened:
            self._run(Statement(HERE, (), no_answer))
        return self.timeline

    def channel(self, direct: str = "") -> Callable[[], ServerChannel]:
        """What opens the channel to the other machines."""
        return partial(ServerChannel, self.url, direct)

    def close(self) -> None:
        """Give up what makes a lost connection anew, and close the session."""
        if self.reconnection is not None:
            self.reconnection.leave()
            self.reconnection = None
        self.session.close()

    def run_alone(self, statement: Statement) -> Any:
        """Run a statement outside of a transaction; anew on a new connection when the old one is
        gone. Raises StoreAway while there is none."""
        self._mine()
        is_new = self.session.closed
        self.connect_anew()
        try:
            self.pipeline.run([statement])
        except psycopg.Error as error:
            if is_new or not self.session.closed:
                server_faults.raise_failure(error, self.url)
            self.connect_anew()
            self._ask(statement)
        return statement.answer

    def connect_anew(self) -> None:
        """Take a new connection where the old one is gone. Raises StoreAway while there is none,
        and StoreError for a database of another version."""
        if not self.session.closed:
            return
        if self.reconnection is None:
            self.reconnection = begun(self.url, self.answers)
        found = self.reconnection.take()
        self.reconnection = None
        self._use(found)

    def _use(self, found: pooler.Greeted) -> None:
        self.session, self.timeline = found.session, found.timeline
        self.pipeline = pooler.pipeline_of(found, self._note_timeline, self.answers)
        self.over = -1
        self._require_version()

    def _note_timeline(self, timeline: str) -> None:
        self.timeline = timeline

    def _ask(self, statement: Statement) -> Any:
        try:
            self.pipeline.run([statement])
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        return statement.answer

    def _require_version(self) -> None:
        known = self._ask(Statement(STEPS_KNOWN, (), last_value))
        found = self._ask(Statement(APPLIED, (self.version,), last_value)) if known else 0
        if found != self.version:
            self.close()
            server_faults.require_version(self.url, found, self.version)
        if self.move != NEW and self._ask(Statement(MOVING, (), last_value)):
            self.close()
            server_faults.raise_unfinished(self.url)

    def _must_write(self) -> None:
        if self.transaction is None:
            raise StoreError(OUTSIDE)

    def _open(self) -> ServerTransaction:
        if self.transaction is None:
            raise StoreError(OUTSIDE)
        self._mine()
        return self.transaction

    def _mine(self) -> None:
        if os.getpid() != self.pid:
            raise StoreError("a connection may not cross a fork")

    def _run(self, statement: Statement) -> Any:
        if self.transaction is None:
            return self.run_alone(statement)
        self._mine()
        return self.transaction.run(statement)
