"""A pooler (pgbouncer) before the server, which hands each transaction to whichever session.

So nothing of ours stays in one: no statement is prepared there, and each transaction brings its
settings along, asks which history of the database it is in, and names its isolation. All of that
goes in the message that begins it, and is answered before anything that may wait for a lock: where
no answer comes, the pooler has no session to give. One in session mode is treated alike, because
its mode may be changed while we run.
"""

from collections.abc import Callable, Sequence

import psycopg

from procs.store.postgresql.pipeline import (
    ExpectedResult,
    Key,
    Statement,
    StatementPipeline,
    first_row,
    last_value,
)
from procs.store.postgresql.server_session import GREETING, Greeted, Row

BEGIN, COMMIT = b"BEGIN", b"COMMIT"
#: What the operator may have set for all programs is not ours to go by.
BEGIN_HERE = b"BEGIN ISOLATION LEVEL READ COMMITTED"
BACKEND = b"SELECT PG_BACKEND_PID()"
#: How often two sessions are compared: one of the server's that another program has just then is
#: not handed out twice in a row.
LOOKS = 12
#: Seconds for which a pooler that is paused, or has no session left, is waited for.
PATIENCE = 5.0


def pipeline_of(found: Greeted, note: Callable[[str], None]) -> StatementPipeline:
    """What runs the statements of a session; see `PooledPipeline` for `note`."""
    if found.pooled:
        return PooledPipeline(found.session, note)
    return StatementPipeline(found.session)


class PooledPipeline(StatementPipeline):
    """Statements of a session behind a pooler. `note` is told the server's timeline by each message
    that begins a transaction, because another server may have taken its place meanwhile."""

    def __init__(self, session: psycopg.Connection[Row], note: Callable[[str], None]) -> None:
        super().__init__(session)
        self.note = note

    def run(self, statements: Sequence[Statement]) -> None:
        if not self._is_idle():
            return super().run(statements)
        greeting = Statement(GREETING, (0,), first_row)
        try:
            super().run(with_settings(statements, greeting))
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
        self.pgconn.send_query_params(statement.text, given, types, formats)
        parts.append(ExpectedResult(statement))
        if statement.text == GREETING:
            self.pgconn.send_flush_request()
            self.patience = PATIENCE

    def _take(self, part: ExpectedResult, result: psycopg.pq.abc.PGresult) -> None:
        super()._take(part, result)
        if part.statement.text == GREETING:
            self.patience = None


def with_settings(statements: Sequence[Statement], greeting: Statement) -> list[Statement]:
    """A message that begins a transaction, or is one. What only reads needs no more than the one
    that the server makes of it."""
    if statements[0].text == BEGIN:
        return [Statement(BEGIN_HERE, (), last_value), greeting, *statements[1:]]
    if statements[-1].text == COMMIT:
        return [Statement(BEGIN_HERE, (), last_value), greeting, *statements]
    return [greeting, *statements]


def keep_apart(*sessions: psycopg.Connection[Row]) -> bool:
    """Whether each of two sessions has a process of the server to itself, however often both are
    asked."""
    known: tuple[set[object], ...] = (set(), set())
    for _ in range(LOOKS):
        for session, backends in zip(sessions, known, strict=True):
            backends.update(session.execute(BACKEND, prepare=False).fetchone() or ())
        if any(len(backends) > 1 for backends in known) or known[0] & known[1]:
            return False
    return True
