"""A session on a PostgreSQL server, as every connection of ours wants it.

Python's values are PostgreSQL's, and back, as the other database takes and gives them. A number
goes as the widest of its kind, so that a statement is prepared once whatever the number; a truth is
a number, here as there. A sum of numbers comes back as PostgreSQL's `numeric`.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.types.numeric import FloatBinaryDumper, Int8BinaryDumper
from psycopg.types.string import StrDumperUnknown

from procs.errors import StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.statements.dialect import PREPARED
from procs.store.postgresql.statements.pipeline import Row

#: What every connection asks for. A machine that vanished is noticed within ten seconds: for so
#: long a process that asked it something stands still.
OPTIONS: Mapping[str, Any] = {
    "application_name": "chapar",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: Said of an address without the address: what is a password in one that cannot be read, nobody
#: knows; the words of libpq have it too.
NO_ADDRESS = (
    "the address of the database is no PostgreSQL address; write postgresql://user@host/name, with "
    "parameters that libpq knows"
)
#: What an operator may have set for all programs, and our statements do not go by: a number is told
#: whole, in as many digits as it has. A statement may take as long as $2 says. Who stands still
#: inside of a transaction (a debugger, a stopped process) is thrown out after ten seconds, because
#: others wait behind it. Statements are planned as the other kind of database plans them: once,
#: without a look at the values (a claim has a LIMIT, and is else planned anew each time, for longer
#: than it runs), and by an index where there is one (a plan that reads a table of few rows whole
#: lives on while the table grows; what such a plan costs on paper would start the compiler), in the
#: order of that index: the planner takes the conditions of a claim for so rare that it would rather
#: gather and sort a long line than look at its beginning. No statement can have that for itself, as
#: the server plans it anew when its statistics change. Of our 701, 23 are planned otherwise with
#: bitmap scans; beside 200,000 jobs 17 of these take longer so, a claim three times as long; only
#: lists for people gain (`chapar jobs`: 1 ms instead of 20). And what the server is: whether it
#: takes writes, which history of the database it goes on with, and whether another process of it
#: answers than the one ($1) that greeted us: then a pooler stands between, and the settings hold
#: for one transaction. A history is the timeline, which another server has that took its place, and
#: the instant since which it counts: it counts anew after a crash, in which it loses the last
#: commits that waited for no disk, and gives the numbers of their transactions to others.
GREETING = b"""
SELECT SET_CONFIG('statement_timeout', $2, pooled), SET_CONFIG('lock_timeout', '10s', pooled),
       SET_CONFIG('default_transaction_isolation', 'read committed', pooled),
       SET_CONFIG('synchronous_commit', 'on', pooled),
       SET_CONFIG('idle_in_transaction_session_timeout', '10s', pooled),
       SET_CONFIG('plan_cache_mode', 'force_generic_plan', pooled),
       SET_CONFIG('enable_seqscan', 'off', pooled), SET_CONFIG('enable_bitmapscan', 'off', pooled),
       SET_CONFIG('jit', 'off', pooled), SET_CONFIG('extra_float_digits', '1', pooled),
       CURRENT_SETTING('transaction_read_only'),
       CASE WHEN PG_IS_IN_RECOVERY() THEN ''
            ELSE SUBSTRING(PG_WALFILE_NAME(PG_CURRENT_WAL_LSN()), 1, 8) || '-'
                || COALESCE(CAST(EXTRACT(EPOCH FROM PG_STAT_GET_BGWRITER_STAT_RESET_TIME())
                                 AS TEXT), '') END,
       pooled
  FROM (SELECT PG_BACKEND_PID() <> $1 AS pooled) AS session
"""
#: glibc's malloc gives the end of the heap back to the kernel whenever 128 KiB of it are free, and
#: asks for it again with the next statement: in a session whose heap ends so, four calls of brk(2)
#: a transaction of a worker, which with the page faults took a seventh of its time. Once a piece of
#: a mebibyte was freed that was mapped by itself, malloc keeps twice as much (mallopt(3),
#: M_MMAP_THRESHOLD). Other allocators take no notice.
KEEP_HEAP = b"SELECT LENGTH(REPEAT('-', 1048576))"

#: Who holds back the cleaning of dead rows, and for how long; of whom the server tells this user no
#: instant, and of a slot, the number of transactions since then decides. A vacuum holds none back.
OLDEST_SNAPSHOT = b"""
SELECT COALESCE(seconds, CASE WHEN transactions > 100000 THEN 3600.0 ELSE 0.0 END), who FROM (
    SELECT CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP() - xact_start) AS DOUBLE PRECISION) AS seconds,
           AGE(backend_xmin) AS transactions,
           'session ' || pid || ' of ' || COALESCE(usename, backend_type) || ', '
           || COALESCE(NULLIF(application_name, ''), 'unnamed') AS who
      FROM pg_stat_activity
     WHERE backend_xmin IS NOT NULL AND backend_type <> 'autovacuum worker'
       AND pid <> PG_BACKEND_PID()
       AND (datname = CURRENT_DATABASE() OR backend_type = 'walsender')
    UNION ALL
    SELECT CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP() - prepared) AS DOUBLE PRECISION), 0,
           'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = CURRENT_DATABASE()
    UNION ALL
    SELECT NULL, AGE(COALESCE(xmin, catalog_xmin)), 'replication slot ' || slot_name
      FROM pg_replication_slots WHERE xmin IS NOT NULL
) AS held ORDER BY 1 DESC NULLS LAST LIMIT 1
"""


def connect(url: str) -> psycopg.Connection[Row]:
    """A session on the server of `url`. Raises StoreError, StoreAway."""
    try:
        session = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor, **OPTIONS)
    except psycopg.ProgrammingError:
        raise StoreError(NO_ADDRESS) from None
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    session.prepare_threshold = None
    session.prepared_max = PREPARED
    adapt(session)
    return session


class TextDumper(StrDumperUnknown):
    """Text of no declared type, so that the server settles it by the place where it stands."""

    def dump(self, obj: str) -> Buffer | None:
        """PostgreSQL's text has no NUL character, which a title from a site may have."""
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class NumericLoader(Loader):
    """A sum of integers is an integer; an average is none."""

    def load(self, data: Buffer) -> Any:
        text = bytes(data).decode("ascii")
        return float(text) if "." in text else int(text)


class TruthLoader(Loader):
    """A condition in a list of columns is 0 or 1."""

    def load(self, data: Buffer) -> Any:
        return int(bytes(data) == b"t")


def adapt(session: psycopg.Connection[Any]) -> None:
    """Have this session take and give values so."""
    known = session.adapters
    known.register_dumper(int, Int8BinaryDumper)
    known.register_dumper(bool, Int8BinaryDumper)
    known.register_dumper(float, FloatBinaryDumper)
    known.register_dumper(str, TextDumper)
    known.register_loader("numeric", NumericLoader)
    known.register_loader("bool", TruthLoader)
