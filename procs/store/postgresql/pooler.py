"""A pooler (pgbouncer) before the server, which hands each transaction to whichever session.

So nothing of ours stays in one: each transaction brings its settings along, asks which history of
the database it is in, and names its isolation. All of that goes in the message that begins it, and
is answered before anything that may wait for a lock: where no answer comes, the pooler has no
session to give. One in session mode is treated alike, because its mode may be changed while we run.

A statement is prepared only where the pooler knows it in every session of the server (pgbouncer
from 1.21 on, with max_prepared_statements): it gives each a name of its own there, by which it is
recognized. Elsewhere each is sent whole, and planned each time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from procs.errors import StoreAway
from procs.store.postgresql import server_faults
from procs.store.postgresql.server_session import GREETING, KEEP_HEAP, connect
from procs.store.postgresql.statements.dialect import GATES
from procs.store.postgresql.statements.pipeline import (
    ExpectedResult,
    Key,
    Row,
    Statement,
    StatementPipeline,
    first_row,
    last_value,
    no_answer,
)
from procs.store.postgresql.statements.server_patience import LONGEST_STATEMENT, ServerPatience

BEGIN, COMMIT = b"BEGIN", b"COMMIT"
#: What the operator may have set for all programs is not ours to go by.
BEGIN_HERE = b"BEGIN ISOLATION LEVEL READ COMMITTED"
BACKEND = b"SELECT PG_BACKEND_PID()"
#: What a session answers at once, whatever others lock.
AT_ONCE = (GREETING, BACKEND, KEEP_HEAP)
#: How often two sessions are compared: one of the server's that another program has just then is
#: not handed out twice in a row.
LOOKS = 12
#: Seconds for which a pooler that is paused, or has no session left, is waited for.
PATIENCE = 5.0


#: A statement that finds itself under the name that it was prepared by; the version of libpq that
#: can close one.
PROBE, CLOSES = b"chapar_probe", 170000
UNDER_ITS_NAME = b"SELECT COUNT(*) FROM pg_prepared_statements WHERE name = 'chapar_probe'"
#: A pooler that kept statements was told to keep none, or to hand out sessions.
FORGOTTEN = ("26000", "42P05")


def pipeline_of(
    found: "Greeted", note: Callable[[str], None], answers: ServerPatience
) -> StatementPipeline:
    """What runs the statements of a session; see `PooledPipeline` for `note`."""
    if found.pooled:
        return PooledPipeline(found.session, note, answers, keeps=found.keeps)
    return StatementPipeline(found.session, answers)


@dataclass(frozen=True, slots=True)
class Greeted:
    """A session that may be written on. `timeline`: the server's, by which it is known again.
    `pooled`: whether a pooler may hand each transaction to another session of the server; `keeps`:
    whether it brings prepared statements along."""

    session: psycopg.Connection[Row]
    timeline: str
    pooled: bool
    keeps: bool = False


def greet(url: str, statement_timeout: str = LONGEST_STATEMENT) -> Greeted:
    """A session that goes by our settings, and whose statements stay prepared, unless a pooler
    forgets them. Raises StoreError, and StoreAway for a server that takes no writes or a pooler
    that is paused."""
    session = connect(url)
    try:
        asked = (session.info.backend_pid, statement_timeout)
        *_, read_only, timeline, pooled = answer_of(session, GREETING, *asked)
        if read_only == "on":
            raise StoreAway(
                f"{server_faults.shown(url)} takes no writes; "
                "let the address name the primary server"
            )
        keeps = bool(pooled) and keeps_prepared(session)
        if not pooled:
            answer_of(session, KEEP_HEAP)
    except psycopg.Error as error:
        session.close()
        server_faults.raise_unready(error, url)
    except BaseException:
        session.close()
        raise
    session.prepare_threshold = None if pooled else 0
    return Greeted(session, str(timeline), bool(pooled), keeps)


def answering(url: str) -> psycopg.Connection[Row]:
    """A session without settings of ours, which was answered: a pooler that is paused lets whoever
    asks wait for minutes. Raises StoreError, StoreAway."""
    session = connect(url)
    try:
        answer_of(session, BACKEND)
    except psycopg.Error as error:
        session.close()
        server_faults.raise_failure(error, url)
    return session


def answer_of(session: psycopg.Connection[Row], text: bytes, *values: object) -> Row:
    """The answer to one of AT_ONCE. Raises psycopg.Error."""
    statement = Statement(text, values, first_row)
    PooledPipeline(session, lambda _: None).run([statement])
    return tuple(statement.answer)


def keeps_prepared(session: psycopg.Connection[Row]) -> bool:
    """Whether a pooler gave a prepared statement a name of its own, by which it finds it in other
    sessions of the server. Raises OperationalError for a connection that is lost."""
    if psycopg.pq.version() < CLOSES:
        return False
    looked = Statement(UNDER_ITS_NAME, (), last_value)
    try:
        PreparedOnce(session).run([looked])
    except psycopg.Error:
        if session.closed:
            raise
        return False
    return bool(looked.answer == 0)


class PreparedOnce(StatementPipeline):
    """Statements that are prepared, run and forgotten in one message, so by one session."""

    def __init__(self, session: psycopg.Connection[Row]) -> None:
        super().__init__(session)
        self.patience = PATIENCE

    def _send_one(
        self,
        statement: Statement,
        values: Sequence[object],
        parts: list[ExpectedResult],
        fresh: dict[Key, bytes],
    ) -> None:
        self.pgconn.send_prepare(PROBE, statement.text)
        self.pgconn.send_query_prepared(PROBE, None)
        self.pgconn.send_close_prepared(PROBE)
        around = ExpectedResult(Statement(b"", (), no_answer))
        parts += [around, ExpectedResult(statement), around]


class PooledPipeline(StatementPipeline):
    """Statements of a session behind a pooler. `note` is told the server's timeline by each message
    that begins a transaction, because another server may have taken its place meanwhile."""

    def __init__(
        self,
        session: psycopg.Connection[Row],
        note: Callable[[str], None],
        answers: ServerPatience | None = None,
        *,
        keeps: bool = False,
    ) -> None:
        super().__init__(session, answers)
        self.note, self.keeps = note, keeps
        #: Names that were given: a pooler knows that of a statement which failed, too.
        self.names = 0

    def run(self, statements: Sequence[Statement], *, disk: bool = False) -> None:
        if not self._is_idle() or statements[0].text in AT_ONCE:
            return super().run(statements, disk=disk)
        greeting = Statement(GREETING, (0, self.answers.statement_timeout), first_row)
        try:
            super().run(with_settings(statements, greeting), disk=disk)
        except psycopg.Error as error:
            if error.sqlstate in FORGOTTEN:
                self.session.close()  # the pooler keeps none any more
            raise
        finally:
            self.patience = None
            if isinstance(greeting.answer, tuple):
                self.note(str(greeting.answer[-2]))
        return None

    def _is_idle(self) -> bool:
        return self.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE

    def _send_one(
        self,
        statement: Statement,
        values: Sequence[object],
        parts: list[ExpectedResult],
        fresh: dict[Key, bytes],
    ) -> None:
        given, types, formats = self._dumped(values)
        if self.keeps:
            name = self._prepared(statement, types, parts, fresh)
            self.pgconn.send_query_prepared(name, given, formats)
        else:
            self.pgconn.send_query_params(statement.text, given, types, formats)
        parts.append(ExpectedResult(statement))
        if statement.text in AT_ONCE:
            self.pgconn.send_flush_request()
            self.patience = PATIENCE

    def _prepared(
        self,
        statement: Statement,
        types: tuple[int, ...],
        parts: list[ExpectedResult],
        fresh: dict[Key, bytes],
    ) -> bytes:
        """The name of a statement, which is prepared with this message if it was not before."""
        key = (statement.text, types)
        name = self.prepared.get(key) or fresh.get(key)
        if name is None:
            self.names += 1
            name = fresh[key] = b"c%d" % self.names
            self.pgconn.send_prepare(name, statement.text, types)
            parts.append(ExpectedResult(statement, key, name))
        return name

    def _take(self, part: ExpectedResult, result: psycopg.pq.abc.PGresult) -> None:
        super()._take(part, result)
        if part.key is None and part.statement.text in AT_ONCE:
            self.patience = None


def with_settings(statements: Sequence[Statement], greeting: Statement) -> list[Statement]:
    """A message that begins a transaction, or is one, which then names its isolation too: what it
    reads behind the gate is what others did there. What only reads needs no more than the one that
    the server makes of it."""
    if statements[0].text == BEGIN:
        return [Statement(BEGIN_HERE, (), last_value), greeting, *statements[1:]]
    if statements[0].text.startswith(GATES):
        end = Statement(COMMIT, (), no_answer)
        return [Statement(BEGIN_HERE, (), last_value), greeting, *statements, end]
    return [greeting, *statements]


def keep_apart(*sessions: psycopg.Connection[Row]) -> bool:
    """Whether each of two sessions has a process of the server to itself, however often both are
    asked."""
    known: tuple[set[object], ...] = (set(), set())
    for _ in range(LOOKS):
        for session, backends in zip(sessions, known, strict=True):
            backends.update(answer_of(session, BACKEND))
        if any(len(backends) > 1 for backends in known) or known[0] & known[1]:
            return False
    return True
