"""Statements that go to a server one behind the other in one message, answered together.

What costs is the round trip, and after it the client: psycopg's own pipeline takes as long for six
statements as six round trips on one machine. So this one calls libpq's by psycopg's C wrapper, and
leaves to psycopg what turns values into bytes and back. Every statement stays prepared.
"""

import select
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.abc import Buffer, Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from procs.store.postgresql.statements.dialect import numbered
from procs.store.postgresql.statements.server_patience import ServerPatience

#: How a statement is run.
ONE, MANY, COPIED = "one", "many", "copied"
#: The prepared statement of a text and of its values' types.
Key = tuple[bytes, tuple[int, ...]]
#: The values of a statement as they are sent, their types and their forms.
DumpedValues = tuple[Sequence[Buffer | None], tuple[int, ...], Sequence[Format] | None]
#: The answer of a statement that has not come.
UNKNOWN = object()
GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY)

Row = tuple[Any, ...]
Read = Callable[[Transformer, PGresult], Any]
Facts = Mapping[str, Any]
NO_FACTS: Facts = {}


@dataclass(slots=True)
class Statement:
    """One statement with its values, how its answer is read, and the answer. `way`: once, once for
    each of the values (the answers are added), or with the values as rows to be copied in."""

    text: bytes
    values: Sequence[Any]
    read: Read
    way: str = ONE
    answer: Any = UNKNOWN


def statement_of(sql: str, facts: Facts | None, read: Read) -> Statement:
    """A statement with numbered parameters, as the server prepares it, from one with named ones."""
    text, names = numbered(sql)
    given = facts or NO_FACTS
    return Statement(text, [given[name] for name in names], read)


@dataclass(slots=True)
class ExpectedResult:
    """What one result of the server is about: a statement, or that it was prepared as `key`."""

    statement: Statement
    key: Key | None = None
    name: bytes = b""


class StatementPipeline:
    """Those of one session."""

    def __init__(
        self, session: psycopg.Connection[Row], answers: ServerPatience | None = None
    ) -> None:
        self.session, self.pgconn = session, session.pgconn
        self.answers = answers or ServerPatience()
        self.transformer: Transformer = NewTransformer(session)
        self.prepared: dict[Key, bytes] = {}
        #: Seconds that the next answer may take at most, where that is less than any may.
        self.patience: float | None = None
        self.poll = select.poll()
        self.poll.register(self.pgconn.socket, select.POLLIN)

    def run(self, statements: Sequence[Statement], *, disk: bool = False) -> None:
        """Run them in order; each has its answer then. The first that fails ends those behind it:
        raises its psycopg.Error, OperationalError when the connection is gone. `disk`: they end
        with a commit that the server writes to its disk; the answers are read meanwhile."""
        together: list[Statement] = []
        for statement in statements:
            if statement.way == COPIED:
                self._run_together(together, disk=False)
                together = []
                self._copy(statement)
            else:
                together.append(statement)
        self._run_together(together, disk=disk)

    def _run_together(self, statements: Sequence[Statement], *, disk: bool) -> None:
        if not statements:
            return
        try:
            self.pgconn.enter_pipeline_mode()
            failure = self._read(self._send(statements, disk=disk))
            self.pgconn.exit_pipeline_mode()
        except BaseException:
            self.session.close()  # it is lost, or answers are on their way that nobody reads
            raise
        if failure is not None:
            raise failure

    def _send(self, statements: Sequence[Statement], *, disk: bool) -> list[ExpectedResult]:
        parts: list[ExpectedResult] = []
        #: Of this message: whether they will be prepared is known by their results.
        fresh: dict[Key, bytes] = {}
        for statement in statements:
            statement.answer = 0 if statement.way == MANY else UNKNOWN
            each = statement.values if statement.way == MANY else (statement.values,)
            for values in each:
                self._send_one(statement, values, parts, fresh)
        if disk:
            self.pgconn.send_flush_request()
        self.pgconn.pipeline_sync()
        return parts

    def _send_one(
        self,
        statement: Statement,
        values: Sequence[Any],
        parts: list[ExpectedResult],
        fresh: dict[Key, bytes],
    ) -> None:
        pgconn = self.pgconn
        given, types, formats = self._dumped(values)
        key = (statement.text, types)
        name = self.prepared.get(key) or fresh.get(key)
        if name is None:
            number = len(self.prepared) + len(fresh)
            name = statement.text if statement.text.isalpha() else b"s%d" % number
            pgconn.send_prepare(name, statement.text, types)
            fresh[key] = name
            parts.append(ExpectedResult(statement, key, name))
        pgconn.send_query_prepared(name, given, formats)
        parts.append(ExpectedResult(statement))

    def _dumped(self, values: Sequence[Any]) -> DumpedValues:
        transformer = self.transformer
        given = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return given, transformer.types or (), transformer.formats

    def _read(self, parts: Sequence[ExpectedResult]) -> psycopg.Error | None:
        """Take the results; what the server says to the first statement that fails."""
        failure: psycopg.Error | None = None
        for part in parts:
            result = self._result(failure)
            if result.status in GOOD:
                self._take(part, result)
            elif failure is None:
                failure = failure_of(result)
        self._result(failure)  # of the end of the message
        return failure

    def _take(self, part: ExpectedResult, result: PGresult) -> None:
        statement = part.statement
        if part.key is not None:
            self.prepared[part.key] = part.name
        elif statement.way == MANY:
            statement.answer += statement.read(self.transformer, result)
        else:
            statement.answer = statement.read(self.transformer, result)

    def _result(self, failure: psycopg.Error | None) -> PGresult:
        """The next result. Raises OperationalError when none comes, or the failure before it."""
        pgconn = self.pgconn
        try:
            while True:
                while pgconn.is_busy():
                    self._wait()
                result = pgconn.get_result()
                if result is not None:
                    return result
                if self.session.closed:
                    raise psycopg.OperationalError("the connection is lost")
        except psycopg.OperationalError as error:
            raise failure or error from None

    def _wait(self) -> None:
        """For what the server says, and meanwhile for room to say what is not sent yet."""
        unsent = self.pgconn.flush()
        self.poll.modify(self.pgconn.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        seconds = self.answers.seconds() if self.patience is None else self.patience
        if not self.poll.poll(None if seconds is None else seconds * 1000):
            self.answers.note_silence()
            raise psycopg.OperationalError(f"no answer for {seconds:.0f} seconds")
        self.pgconn.consume_input()

    def _copy(self, statement: Statement) -> None:
        with self.session.cursor() as cursor:
            with cursor.copy(statement.text) as copy:
                for row in statement.values:
                    copy.write_row(row)
            statement.answer = cursor.rowcount


def failure_of(result: PGresult) -> psycopg.Error:
    """What the server said; a connection that broke off has no code."""
    error = psycopg.errors.error_from_result(result)
    return error if error.sqlstate else psycopg.OperationalError(str(error))


def all_rows(transformer: Transformer, result: PGresult) -> list[Row]:
    """Every row that a statement returned."""
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


@dataclass(slots=True)
class MadeRows:
    """Rows, and what was made of them; or why that could not be: no fault of the transaction."""

    rows: Sequence[Row]
    made: Any = field(default=None, compare=False)
    error: Exception | None = field(default=None, compare=False)

    def get(self) -> Any:
        """What was made. Raises what that raised."""
        if self.error is not None:
            raise self.error
        return self.made


def made_by(read: Callable[[Sequence[Row]], Any]) -> Read:
    """Every row, and what this makes of them."""

    def made(transformer: Transformer, result: PGresult) -> MadeRows:
        rows = all_rows(transformer, result)
        try:
            return MadeRows(rows, read(rows))
        except Exception as error:  # is raised where it is asked for
            return MadeRows(rows, error=error)

    return made


def first_row(transformer: Transformer, result: PGresult) -> Row | None:
    """The first row; None without rows."""
    rows = all_rows(transformer, result)
    return rows[0] if rows else None


def last_value(transformer: Transformer, result: PGresult) -> Any:
    """Of the first row; None where there is no row."""
    rows = all_rows(transformer, result)
    return rows[0][-1] if rows else None


def row_count(_: Transformer, result: PGresult) -> int:
    """Rows that a statement changed."""
    return result.command_tuples or 0


def no_answer(_: Transformer, __: PGresult) -> None:
    """For a statement that returns no rows."""
    return None
