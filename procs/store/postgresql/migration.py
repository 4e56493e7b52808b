"""Migrates a PostgreSQL database to this program's version. `chapar up` runs it before any process.

All steps that are missing are one transaction behind one lock: of several machines that start at
once, one migrates and the others find it done; a step that fails leaves nothing behind. A step that
only adds leaves machines of the version before at work: they connect, and start processes, as
before, until each of them is upgraded. And has restored tables take the place of those that are
there.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from procs.core import clock
from procs.errors import StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.pooler import answering, greet
from procs.store.postgresql.server_session import connect
from procs.store.postgresql.statements.dialect import (
    FUNCTIONS,
    NEWS,
    NUMBERS,
    STORAGE,
    TURNS,
    tables,
)

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
#: The schema of the tables is none where the user may not even look into it.
MAY_CREATE = b"""
SELECT COALESCE(HAS_SCHEMA_PRIVILEGE(CURRENT_SCHEMA(), 'CREATE'), FALSE)
"""
THERE = b"SELECT tablename FROM pg_tables WHERE schemaname = CURRENT_SCHEMA()"
#: The steps that were applied: their number is the version of the database.
STEPS_TABLE = b"""
CREATE TABLE IF NOT EXISTS schema_steps (
    name        TEXT PRIMARY KEY,
    applied_at  DOUBLE PRECISION NOT NULL
);
ALTER TABLE schema_steps ADD COLUMN IF NOT EXISTS readers BIGINT;
"""
#: The steps that a program of so many steps may not work with.
SHUTS_OUT = b"SELECT COUNT(*) FROM schema_steps WHERE readers IS NULL OR readers > $1"
#: Those of a version that did not note it are known to every later one.
KNOWN = b"UPDATE schema_steps SET readers = 0 WHERE name = $1 AND readers IS NULL"
APPLIED = b"SELECT name FROM schema_steps"
NOTE = b"INSERT INTO schema_steps (name, applied_at, readers) VALUES ($1, $2, $3)"
#: Statements that a program which does not know them never notices, and what makes a table.
UNNOTICED = re.compile(
    r"(CREATE|DROP)\s+VIEW\b|CREATE\s+(TABLE|INDEX)\b|ALTER\s+TABLE\s+\w+\s+ADD\s+COLUMN\b"
)
MADE = re.compile(r"CREATE\s+TABLE\s+(\w+)")
UNIQUE = re.compile(r"CREATE\s+UNIQUE\s+INDEX\s+\w+\s+ON\s+(\w+)")
COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)
#: The schema of tables that are being restored; and how it takes the place of the one in use.
FRESH = sql.Identifier("chapar_restored")
FORGET_FRESH = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(FRESH)
MAKE_FRESH = sql.SQL("CREATE SCHEMA {}").format(FRESH)
RENAME = "ALTER SCHEMA {} RENAME TO {}"
SCHEMA = b"SELECT CURRENT_SCHEMA()"
#: Sessions of ours besides this one; whoever began one meanwhile is sent to the new tables.
OTHERS = b"""
SELECT COUNT(*) FROM pg_stat_activity
 WHERE application_name LIKE 'chapar%' AND datname = CURRENT_DATABASE() AND pid <> PG_BACKEND_PID()
"""
SEND_AWAY = OTHERS.replace(b"COUNT(*)", b"PG_TERMINATE_BACKEND(pid)")
#: How often that is looked for, and the seconds between two looks.
LOOKS, LOOK_PAUSE = 10, 0.1
#: Tables that ours always had.
OURS = frozenset({"schema_steps", "jobs"})


def migrate(url: str, *, run: Path, steps: Sequence[tuple[str, str]]) -> None:
    """Create the tables or bring them up to date; repeated, it does nothing.

    Raises NewerDatabase, and StoreError for a database that is not ours, has another encoding or
    may not be changed; nothing is changed then.
    """
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    session = answering(url)
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


def require_migratable(url: str) -> None:
    """Raises StoreError for a database in which no tables can be made, and StoreAway for a server
    that takes no writes; nothing is changed."""
    session = greet(url).session
    try:
        require_usable(session, url)
        may = (session.execute(MAY_CREATE).fetchone() or (True,))[0]
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    finally:
        session.close()
    if not may:
        raise StoreError(
            f"the user of {server_faults.shown(url)} may make no tables there; let that user own "
            "the database, or: GRANT CREATE ON SCHEMA public TO that user"
        )


def apply(
    session: psycopg.Connection[tuple[object, ...]], url: str, steps: Sequence[tuple[str, str]]
) -> None:
    """Take the steps that the database lacks and note each. Raises StoreError for a database that
    is unusable or newer."""
    require_usable(session, url)
    session.execute(STEPS_TABLE)
    done = {str(name) for (name,) in session.execute(APPLIED)}
    with session.cursor() as cursor:
        cursor.executemany(KNOWN, [[name] for name, _ in steps])
    shut_out = (session.execute(SHUTS_OUT, [len(steps)]).fetchone() or (0,))[0]
    if len(done) > len(steps) and shut_out:
        server_faults.require_version(url, len(done), len(steps))
    if missing := [(name, script) for name, script in steps if name not in done]:
        session.execute(FUNCTIONS.encode())
        for name, script in missing:
            session.execute(tables(script).encode())
            readers = 0 if only_adds(script) else len(steps)
            session.execute(NOTE, [name, clock.now().wall, readers])
        session.execute(STORAGE.encode())
    session.execute(TURNS)
    session.execute(NEWS)
    session.execute(NUMBERS)


def only_adds(script: str) -> bool:
    """Whether a program that does not know a step goes on beside it as before: it adds tables,
    columns and indexes; one that lets no two rows be alike only to a table of its own."""
    made = set(MADE.findall(script))
    for statement in COMMENT.sub("", script).split(";"):
        text = statement.strip()
        unique = UNIQUE.match(text)
        if text and not (UNNOTICED.match(text) or (unique and unique[1] in made)):
            return False
    return True


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
            "the address name one of its own"
        )


@contextmanager
def replaced(url: str, kept: str) -> Iterator[tuple[str, bool]]:
    """The address of an empty place beside the tables of a database, and whether there are any.
    When the block ends, what lies there takes their place in one transaction, and they stay in a
    schema called `kept`; when it fails, nothing has changed. Raises StoreError while another
    process of ours is connected."""
    session = connect(url)
    try:
        require_alone(session, url)
        name = str((session.execute(SCHEMA).fetchone() or ("",))[0])
        had_tables = bool(session.execute(THERE).fetchall())
        for statement in (FORGET_FRESH, MAKE_FRESH):
            session.execute(statement)
        yield beside(url), had_tables
        with session.transaction():
            session.execute(SEND_AWAY)
            session.execute(renamed(sql.Identifier(name), sql.Identifier(kept)))
            session.execute(renamed(FRESH, sql.Identifier(name)))
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    finally:
        session.close()


def require_alone(session: psycopg.Connection[tuple[object, ...]], url: str) -> None:
    """Raises StoreError while another session is one of ours, on whichever machine."""
    for _ in range(LOOKS):
        count = (session.execute(OTHERS).fetchone() or (0,))[0]
        if not count:
            return
        time.sleep(LOOK_PAUSE)  # the server notices in a moment that a session has ended
    raise StoreError(
        f"{server_faults.shown(url)} is in use, {count} connections of Chapar; run chapar stop on "
        "every machine of this database, and end a pooler, which keeps some"
    )


def renamed(schema: sql.Identifier, to: sql.Identifier) -> sql.Composed:
    """The statement that gives a schema another name."""
    return sql.SQL(RENAME).format(schema, to)


def beside(url: str) -> str:
    """The address of the same database, for whom the tables of FRESH are all that there is."""
    given = str(conninfo_to_dict(url).get("options") or "")
    options = quote(f"{given} -csearch_path=chapar_restored".strip())
    return f"{url}{'&' if '?' in url else '?'}options={options}"
