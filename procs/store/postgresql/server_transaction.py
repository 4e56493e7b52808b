"""A write transaction on a server, from the gate to a commit of which it is known whether it was.

Nothing is sent before an answer is needed: the gate, what is changed without a look at the answer,
and what is asked go in one message (`pipeline`), and so do the last changes with the commit.

A connection that breaks off takes the transaction along that was on it. What was done in it is then
done again on a new connection; where every answer is the same as before, the caller goes on and
notices nothing. Where others changed meanwhile what it had read, it fails whole. A commit that was
sent, and never answered, is looked up by the transaction's number.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NoReturn

import psycopg

from procs.core import clock
from procs.errors import StoreAway
from procs.store.postgresql import server_faults
from procs.store.postgresql.statements.dialect import NAMED, array_of, gate_of
from procs.store.postgresql.statements.pipeline import (
    UNKNOWN,
    Facts,
    Statement,
    last_value,
    no_answer,
)
from procs.store.postgresql.statements.statement_batch import Mark, StatementBatches
from procs.store.postgresql.transaction_owner import TransactionOwner

BEGIN, COMMIT, ROLLBACK = b"BEGIN", b"COMMIT", b"ROLLBACK"
#: As many of the names are locked with the gate itself.
WITH_GATE = 12
#: Whether the transaction had a number, which makes it news: one that changed nothing has none.
COUNTED = b"""
SELECT CASE WHEN PG_CURRENT_XACT_ID_IF_ASSIGNED() IS NULL THEN FALSE ELSE NEXTVAL('news') > 0 END
"""
REFUSED = "22012"  # a division by zero, of a guarded statement that changed no row
#: What became of a transaction by its number.
OUTCOME = b"SELECT PG_XACT_STATUS(CAST(CAST($1 AS TEXT) AS XID8))"
#: Attempts for one transaction; how often a commit that still runs is looked at, and seconds
#: between two looks.
ATTEMPTS, LOOKS, LOOK_PAUSE = 4, 10, 0.05
#: Seconds for which who collided lets the other wake up for its rows, twice as long each time.
YIELD = 0.05
#: Statements that wait for the next one at most.
WAITING = 500
#: A server that takes no writes any more; and two transactions of which it undid this one.
READ_ONLY, COLLIDED = "25006", ("40001", "40P01")
#: The number of a new job is that of one which a version of before added at the same moment.
TAKEN = "jobs_pkey"


class ServerTransaction:
    """From the gate to the commit."""

    __slots__ = (
        *("attempts", "db", "done", "fences", "full", "named"),
        *("number", "only", "opened", "pending", "quiet", "batches"),
    )

    def __init__(
        self, db: TransactionOwner, full: bool, only: Collection[str] | None, *, quiet: bool
    ) -> None:
        self.db, self.full, self.attempts, self.quiet = db, full, 1, quiet
        self.only = None if only is None else set(only)
        self.named = sorted(self.only or ())
        self.opened, self.number = False, ""
        self.done: list[Statement] = []
        self.pending: list[Statement] = []
        #: Changes that wait for their like, behind all that was sent.
        self.batches = StatementBatches()
        #: Statements that must change a row, and what is raised when one does not.
        self.fences: list[tuple[Statement, Exception]] = []

    def __enter__(self) -> None:
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
        return self.only is None or (only is not None and set(only) <= self.only)

    def name(self, names: Iterable[str]) -> None:
        """Be about these things too. What is asked after it sees what others did with them."""
        if self.only is None:
            return
        if more := sorted(set(names) - self.only):
            self.send(locks_of(more))
            self.only.update(more)

    def run(self, statement: Statement) -> Any:
        """The answer of a statement, after what was done before it."""
        self.send(statement)
        self.catch_up()
        return statement.answer

    def send(self, statement: Statement, otherwise: Exception | None = None) -> None:
        """Run a statement at the latest with the next one that is asked, or with the commit.
        `otherwise` is raised then if it is guarded and changed no row."""
        if self.batches:
            self.spill()
        self._pend(statement, otherwise)
        if len(self.pending) >= WAITING:
            self.catch_up()

    def fence(self, sql: str, facts: Facts, otherwise: Exception) -> None:
        """The same of a guarded change, by one statement with those by its text that come before
        anything else is sent or asked."""
        self.batches.fence(sql, facts, otherwise)

    def batch(self, sql: str, facts: Facts, mark: Mark) -> None:
        """The same of a change that is under a mark of its own among those by its text, behind the
        fences."""
        if not self.batches.takes(sql, mark):
            self.spill()
        self.batches.add(sql, mark, facts)

    def spill(self) -> None:
        """Put what waits for its like behind what was sent."""
        for statement, otherwise in self.batches.taken():
            self._pend(statement, otherwise)

    def _pend(self, statement: Statement, otherwise: Exception | None) -> None:
        if otherwise is not None:
            self.fences.append((statement, otherwise))
        self.pending.append(statement)

    def answer_of(self, statement: Statement) -> Any:
        """The answer of a statement that was sent, which came with the commit, or is asked now."""
        if statement.answer is UNKNOWN:
            self.catch_up()
        return statement.answer

    def catch_up(self) -> None:
        """Send what waits. Raises what one of them was sent with."""
        self.spill()
        statements, self.pending = self.pending, []
        self.attempt(statements)
        self.done += statements

    def attempt(self, statements: list[Statement]) -> None:
        """Run statements; when the connection was lost or the transaction collided, do all of it
        again first. Raises StoreError."""
        while True:
            try:
                return self.transmit(statements)
            except psycopg.Error as error:
                self.require_lost(error)
                self.replay(error)

    def transmit(self, statements: list[Statement], *, last: bool = False) -> None:
        """Send these, behind what begins the transaction where that was not sent, and before its
        commit where they are the `last`. One message that is both is a transaction by itself.
        Raises psycopg.Error."""
        end = [Statement(COMMIT, (), no_answer)] if last else []
        if self.opened:
            return self.db.pipeline.run([*statements, *end])
        begin = [] if last else [Statement(BEGIN, (), no_answer)]
        first, more = self.named[:WITH_GATE], self.named[WITH_GATE:]
        words = gate_of(self.full, self.only is None, self.quiet, len(first))
        gate, rest = Statement(words, first, last_value), [locks_of(more)] if more else []
        began = clock.elapsed() if self.quiet else 0.0
        self.db.pipeline.run([*begin, gate, *rest, *statements], disk=last and self.full)
        self.opened, self.number = True, str(gate.answer)
        if self.quiet and not self.full:
            self.db.told_clock = clock.read_between(began, float(gate.answer), clock.elapsed())
        return None

    def require_lost(self, error: psycopg.Error) -> None:
        """Raise what the server says, unless the transaction was undone by no fault of its
        statements; of one that changed no row what it was sent with."""
        if error.sqlstate == REFUSED:
            raise next((why for one, why in self.fences if one.answer is UNKNOWN), error) from None
        if error.sqlstate == READ_ONLY:
            self.db.session.close()
        collided = error.sqlstate in COLLIDED or error.diag.constraint_name == TAKEN
        if not (self.db.session.closed or collided):
            server_faults.raise_failure(error, self.db.url)

    def replay(self, error: psycopg.Error) -> None:
        """Do again what was done. Raises StoreAway when that gives other answers, or none."""
        before = [one.answer for one in self.done]
        while not self.is_redone(error):
            continue
        if [one.answer for one in self.done] != before:
            self.give_up(error)

    def is_redone(self, error: psycopg.Error) -> bool:
        """Begin anew with what was done; False where that collided once more."""
        if self.attempts >= ATTEMPTS:
            self.give_up(error)
        self.undo()
        if error.sqlstate in COLLIDED:
            time.sleep(YIELD * 2 ** (self.attempts - 1))
        self.attempts += 1
        self.db.connect_anew()
        self.opened = False
        try:
            self.transmit(self.done)
        except psycopg.Error as again:
            if again.sqlstate == REFUSED:
                self.give_up(error)
            self.require_lost(again)
            return False
        return True

    def give_up(self, error: psycopg.Error) -> NoReturn:
        """Raise StoreAway: nothing of the transaction remains."""
        why = server_faults.named(error, self.db.url) or error
        raise StoreAway(f"a transaction was undone: {why}") from error

    def commit(self) -> None:
        """Commit; a `full` one is on the server's disk before this returns."""
        self.spill()
        if not self.opened and not self.pending:
            return None  # nothing was asked
        if not (self.opened or self.fences):
            self.catch_up()  # a connection that is lost by now, or the number: before the commit
        last, self.pending = self.pending, []
        return self.commit_surely(last) if self.full else self.commit_quickly(last)

    def commit_quickly(self, last: list[Statement]) -> None:
        """Run the last statements and commit without a wait for the disk. Raises StoreAway when the
        connection is lost, though it may have been a commit."""
        numbered = Statement(COUNTED, (), last_value)
        try:
            self.transmit([*last, *([] if self.quiet else [numbered])], last=True)
        except psycopg.Error as error:
            if self.db.session.closed:
                self.give_up(error)
            self.require_lost(error)
            self.replay(error)
            return self.commit_quickly(last)
        self.note(1 if self.quiet else numbered.answer)
        return None

    def commit_surely(self, last: list[Statement]) -> None:
        """The same onto the disk; when the connection is lost meanwhile, ask the server whether it
        was a commit, and run all again if not. One that was a single message has no number that is
        known: it has a fence, which refuses it the second time."""
        try:
            self.transmit(last, last=True)
        except psycopg.Error as error:
            self.require_lost(error)
            if not (self.number and self.db.session.closed and self.was_committed(error)):
                self.replay(error)
                return self.commit_surely(last)
        self.note(1)
        return None

    def note(self, numbered: int) -> None:
        """Count a commit of this connection, if it had a number."""
        self.db.own += numbered
        if numbered and not self.quiet:
            self.db.told_at = clock.steady()

    def was_committed(self, error: psycopg.Error) -> bool:
        """What became of a commit whose answer was lost. Raises StoreAway when no server knows: in
        another history of the database its number is nobody's, or that of a stranger."""
        timeline, look = self.db.timeline, Statement(OUTCOME, (self.number,), last_value)
        for _ in range(LOOKS):
            try:
                outcome = self.db.run_alone(look)
            except psycopg.errors.InvalidParameterValue:  # a number that was not given yet
                break
            if self.db.timeline != timeline:
                break
            if outcome != "in progress":
                return bool(outcome == "committed")
            time.sleep(LOOK_PAUSE)
        self.give_up(error)

    def undo(self) -> None:
        """Roll back what is not committed. A session on which that fails is of no use."""
        session, idle = self.db.session, psycopg.pq.TransactionStatus.IDLE
        if session.closed or session.info.transaction_status == idle:
            return
        try:
            self.db.pipeline.run([Statement(ROLLBACK, (), no_answer)])
        except psycopg.Error:
            session.close()


def locks_of(names: Sequence[str]) -> Statement:
    """The statement that locks these names, in their order, so that no two wait for each other."""
    return Statement(NAMED, (array_of("event", names),), no_answer)
