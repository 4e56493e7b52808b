"""A server's database as it is at one instant, to be read from one end to the other.

While it is open the server keeps every version of a row since then; so it names itself, for who
looks for the owner of an old snapshot.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from procs.store.postgresql import server_faults
from procs.store.postgresql.pooler import answering
from procs.store.postgresql.server_connection import TIME
from procs.store.postgresql.statements.dialect import numbered
from procs.store.postgresql.statements.pipeline import Row

#: What an operator may have set for all programs would end a long copy; one whose reader stands
#: still for ten minutes is of no use to anybody. All of it ends with the transaction: behind a
#: pooler the session goes to others then.
BEGIN_READING = (
    b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    b"SET LOCAL application_name = 'chapar backup'",
    b"SET LOCAL statement_timeout = 0",
    b"SET LOCAL lock_timeout = 0",
    b"SET LOCAL extra_float_digits = 1",
    b"SET LOCAL idle_in_transaction_session_timeout = '10min'",
)


class ServerSnapshot:
    """What a copy needs of a database; nothing can be written through it."""

    def __init__(self, session: psycopg.Connection[Row], url: str) -> None:
        self.session, self.url = session, url

    def all(self, sql: str, facts: Mapping[str, Any] | None = None) -> list[Row]:
        """Every row of one statement. Raises StoreError."""
        text, names = numbered(sql)
        given = facts or {}
        try:
            return self.session.execute(text, [given[name] for name in names]).fetchall()
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)

    def time(self) -> float:
        """The server's clock, which goes on, in epoch seconds."""
        return float(self.all(TIME.decode())[0][0])


@contextmanager
def opened(url: str) -> Iterator[ServerSnapshot]:
    """The database as it is now, whatever is written meanwhile. Raises StoreError, StoreAway."""
    session = answering(url)
    try:
        for statement in BEGIN_READING:
            session.execute(statement)
        yield ServerSnapshot(session, url)
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    finally:
        session.close()
