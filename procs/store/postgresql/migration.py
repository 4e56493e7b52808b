"""Migrates a PostgreSQL database to this program's version. `chapar up` runs it before any process.

All steps that are missing are one transaction behind one lock: of several machines that start at
once, one migrates and the others find it done; a step that fails leaves nothing behind.
"""

from collections.abc import Sequence
from pathlib import Path

import psycopg

from procs.core import clock
from procs.errors import StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.dialect import (
    FUNCTIONS,
    NEWS,
    NUMBERS,
    STORAGE,
    TURNS,
    tables,
)
from procs.store.postgresql.server_session import connect

#: What an operator may have set for all programs: a change of many rows takes its time, and so does
#: the wait for another machine's.
PATIENT = b"""
SELECT SET_CONFIG('statement_timeout', '0', TRUE), SET_CONFIG('lock_timeout', '0', TRUE),
       SET_CONFIG('idle_in_transaction_session_timeout', '0', TRUE)
"""
ALONE = b"SELECT PG_ADVISORY_XACT_LOCK(6774642, 2)"
#: The gate that writers pass before they touch a table, and so does this: machines that work while
#: another one starts would else wait for its locks of tables, and it for them.
GATE = b"SELECT PG_ADVISORY_XACT_LOCK(6774642, 1)"
ENCODING = (
    b"SELECT PG_ENCODING_TO_CHAR(encoding) FROM pg_database WHERE datname = CURRENT_DATABASE()"
)
THERE = b"SELECT tablename FROM pg_tables WHERE schemaname = CURRENT_SCHEMA()"
#: The steps that were applied: their number is the version of the database.
STEPS_TABLE = b"""
CREATE TABLE IF NOT EXISTS schema_steps (
    name        TEXT PRIMARY KEY,
    applied_at  DOUBLE PRECISION NOT NULL
)
"""
APPLIED = b"SELECT name FROM schema_steps"
NOTE = b"INSERT INTO schema_steps (name, applied_at) VALUES ($1, $2)"
#: Tables that ours always had.
OURS = frozenset({"schema_steps", "jobs"})


def migrate(url: str, *, run: Path, steps: Sequence[tuple[str, str]]) -> None:
    """Create the tables or bring them up to date; repeated, it does nothing.

    Raises NewerDatabase, and StoreError for a database that is not ours, has another encoding or
    may not be changed; nothing is changed then.
    """
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    session = connect(url)
    # Each statement sees what the machine did that was first.
    session.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    try:
        with session.transaction():
            session.execute(PATIENT)
            session.execute(ALONE)
            session.execute(GATE)
            apply(session, url, steps)
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    finally:
        session.close()


def apply(
    session: psycopg.Connection[tuple[object, ...]], url: str, steps: Sequence[tuple[str, str]]
) -> None:
    """Take the steps that the database lacks and note each. Raises StoreError for a database that
    is unusable or newer."""
    require_usable(session, url)
    session.execute(STEPS_TABLE)
    done = {str(name) for (name,) in session.execute(APPLIED)}
    if len(done) > len(steps):
        server_faults.require_version(url, len(done), len(steps))
    if missing := [(name, script) for name, script in steps if name not in done]:
        session.execute(FUNCTIONS.encode())
        for name, script in missing:
            session.execute(tables(script).encode())
            session.execute(NOTE, [name, clock.now().wall])
        session.execute(STORAGE.encode())
    session.execute(TURNS)
    session.execute(NEWS)
    session.execute(NUMBERS)


def require_usable(session: psycopg.Connection[tuple[object, ...]], url: str) -> None:
    """Raises StoreError for another program's database, and for one that cannot hold every
    language's text."""
    row = session.execute(ENCODING).fetchone()
    if row and row[0] != "UTF8":
        raise StoreError(
            f"{server_faults.shown(url)} has the encoding {row[0]}; make it anew: "
            "createdb --encoding=UTF8 --template=template0"
        )
    there = {str(name) for (name,) in session.execute(THERE)}
    if there and not there >= OURS:
        raise StoreError(
            f"{server_faults.shown(url)} is the database of another program; let "
            "CHAPAR_DATABASE_URL name one of its own"
        )
