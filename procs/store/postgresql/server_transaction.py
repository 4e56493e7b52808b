"""A write transaction on a server, from the gate to a commit of which it is known whether it was.

A connection that breaks off takes the transaction along that was on it. What was done in it is then
done again on a new connection, statement by statement; where every answer is the same as before,
the caller goes on and notices nothing. Where others changed meanwhile what it had read, it fails
whole. A commit that was sent, and never answered, is looked up by the transaction's number.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, Protocol

import psycopg

from procs.errors import StoreAway
from procs.store.postgresql import server_faults
from procs.store.postgresql.server_session import Row

Cursor = psycopg.Cursor[Row]

#: The gate of a database, held to the commit: nobody else writes meanwhile, and each statement
#: after it sees all that was committed. Who stands still inside of a transaction (a debugger, a
#: stopped process) is thrown out after ten seconds, because everybody waits behind it.
BEGIN = """
BEGIN;
SELECT SET_CONFIG('synchronous_commit', '{durability}', TRUE),
       SET_CONFIG('idle_in_transaction_session_timeout', '10s', TRUE);
SELECT {gate}
"""
#: The gate alone, or beside others; then a lock of each thing that is named, in the order of their
#: names, so that no two wait for each other.
ALONE, BESIDE = "PG_ADVISORY_XACT_LOCK(6774642, 1)", "PG_ADVISORY_XACT_LOCK_SHARED(6774642, 1)"
NAMED = ";\nSELECT PG_ADVISORY_XACT_LOCK(HASHTEXTEXTENDED('{name}', 6774642))"
QUOTE, DOUBLE_QUOTE = "'", "''"
#: Whether the transaction had a number, which one that changed nothing has not; then its commit.
COMMIT_QUICKLY = b"SELECT PG_CURRENT_XACT_ID_IF_ASSIGNED() IS NOT NULL; COMMIT"
COMMIT = b"COMMIT"
#: The number of this transaction, None while it changed nothing; and what became of one.
NUMBER = b"SELECT CAST(PG_CURRENT_XACT_ID_IF_ASSIGNED() AS TEXT)"
OUTCOME = b"SELECT PG_XACT_STATUS(CAST(CAST($1 AS TEXT) AS XID8))"
#: Attempts for one transaction; how often a commit that still runs is looked at, and seconds
#: between two looks.
ATTEMPTS, LOOKS, LOOK_PAUSE = 3, 10, 0.05
#: A server that takes no writes, which another one does by now; and transactions that got in each
#: other's way, of which the server undid this one.
READ_ONLY, COLLIDED = "25006", ("40001", "40P01")


#: How a statement is run.
ONE, MANY, COPIED = "one", "many", "copied"


@dataclass(slots=True)
class Statement:
    """One statement with its values, how its answer is read, and the answer. `way`: once, once for
    each of the values, or with the values as rows to be copied in."""

    text: bytes
    values: list[Any] | None
    read: Callable[[Cursor], Any]
    way: str = ONE
    answer: Any = None

    def run(self, cursor: Cursor) -> Any:
        """Raises psycopg.Error."""
        if self.way == MANY:
            cursor.executemany(self.text, self.values or ())
        elif self.way == COPIED:
            with cursor.copy(self.text) as copy:
                for row in self.values or ():
                    copy.write_row(row)
        else:
            cursor.execute(self.text, self.values, prepare=self.values is not None)
        self.answer = self.read(cursor)
        return self.answer


class TransactionOwner(Protocol):
    """What a transaction needs of its connection."""

    url: str
    session: psycopg.Connection[Row]
    cursor: Cursor
    timeline: str
    transaction: "ServerTransaction | None"
    own: int

    def run_alone(self, statement: Statement) -> Any:
        """Run a statement outside of a transaction, on a new connection when the old one is gone.
        Raises StoreAway."""


class ServerTransaction:
    """From the gate to the commit."""

    __slots__ = ("attempts", "db", "done", "full", "only")

    def __init__(self, db: TransactionOwner, full: bool, only: Collection[str] | None) -> None:
        self.db, self.full, self.only, self.attempts = db, full, only, 1
        self.done: list[Statement] = []

    def __enter__(self) -> None:
        try:
            self.begin()
        except BaseException:
            self.undo()
            raise
        self.db.transaction = self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.db.transaction = None
            self.undo()

    def covers(self, only: Collection[str] | None) -> bool:
        """Whether a transaction about these things may be part of this one."""
        return self.only is None or (only is not None and set(only) <= set(self.only))

    def begin(self) -> None:
        """Begin: pass the gate, for the named tables alone where the caller named them."""
        names = None if self.only is None else tuple(sorted(self.only))
        self.db.run_alone(Statement(beginning(self.full, names), None, no_answer))

    def run(self, statement: Statement) -> Any:
        """The answer of a statement, after what was done before it."""
        answer = self.attempt(statement)
        self.done.append(statement)
        return answer

    def attempt(self, statement: Statement) -> Any:
        """Run a statement; when the connection was lost or the transaction collided, do all of it
        again first. Raises StoreError."""
        while True:
            try:
                return statement.run(self.db.cursor)
            except psycopg.Error as error:
                self.require_lost(error)
                self.replay(error)

    def require_lost(self, error: psycopg.Error) -> None:
        """Raise what the server says, unless the transaction was undone by no fault of its
        statements."""
        if error.sqlstate == READ_ONLY:
            self.db.session.close()
        if not (self.db.session.closed or error.sqlstate in COLLIDED):
            server_faults.raise_failure(error, self.db.url)

    def replay(self, error: psycopg.Error) -> None:
        """Do again what was done. Raises StoreAway when that gives other answers, or no server
        gives any."""
        if self.attempts >= ATTEMPTS:
            self.give_up(error)
        self.attempts += 1
        self.undo()
        self.begin()
        for statement in self.done:
            before = statement.answer
            try:
                same = statement.run(self.db.cursor) == before
            except psycopg.Error as again:
                server_faults.raise_failure(again, self.db.url)
            if not same:
                self.give_up(error)

    def give_up(self, error: psycopg.Error) -> NoReturn:
        """Raise StoreAway: nothing of the transaction remains."""
        why = server_faults.named(error, self.db.url) or error
        raise StoreAway(f"a transaction was undone: {why}") from error

    def commit(self) -> None:
        """Commit; a `full` one is on the server's disk before this returns, of another the server
        may lose the last moment."""
        if self.full:
            return self.commit_surely()
        try:
            self.db.own += Statement(COMMIT_QUICKLY, None, first_value).run(self.db.cursor)
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.db.url)
        return None

    def commit_surely(self) -> None:
        """Commit, and when the connection is lost meanwhile ask the server whether it was; run it
        again if not."""
        number = self.attempt(Statement(NUMBER, None, first_value))
        try:
            Statement(COMMIT, None, no_answer).run(self.db.cursor)
        except psycopg.Error as error:
            self.require_lost(error)
            if number is not None and not self.was_committed(number, error):
                self.replay(error)
                return self.commit_surely()
        self.db.own += number is not None
        return None

    def was_committed(self, number: str, error: psycopg.Error) -> bool:
        """What became of a commit whose answer was lost. Raises StoreAway when no server knows:
        one that took the other's place has numbers of its own."""
        timeline, look = self.db.timeline, Statement(OUTCOME, [number], first_value)
        for _ in range(LOOKS):
            outcome = self.db.run_alone(look)
            if self.db.timeline != timeline:
                break
            if outcome != "in progress":
                return bool(outcome == "committed")
            time.sleep(LOOK_PAUSE)
        self.give_up(error)

    def undo(self) -> None:
        """Roll back what is not committed. A session on which that fails is of no use."""
        session = self.db.session
        idle = psycopg.pq.TransactionStatus.IDLE
        if session.closed or session.info.transaction_status == idle:
            return
        try:
            session.rollback()
        except psycopg.Error:
            session.close()


@lru_cache(1024)
def beginning(full: bool, names: tuple[str, ...] | None) -> bytes:
    """What begins a transaction, in one message."""
    gate = ALONE if names is None else BESIDE
    locks = "".join(NAMED.format(name=name.replace(QUOTE, DOUBLE_QUOTE)) for name in names or ())
    return (BEGIN.format(durability="on" if full else "off", gate=gate) + locks).encode()


def no_answer(_: Cursor) -> None:
    """For a statement that returns no rows."""
    return None


def first_value(cursor: Cursor) -> Any:
    """The first column of the first row; None without rows."""
    row = cursor.fetchone()
    return row[0] if row else None
