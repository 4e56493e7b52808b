"""What PostgreSQL complains of, as a failure of ours: one sentence with its fix, by the code of the
condition (postgresql.org/docs/15/errcodes-appendix.html). The address never shows its password."""

import re
from typing import NoReturn

import psycopg

from procs.core import log
from procs.errors import NewerDatabase, StoreAway, StoreError, StoreFull

#: What a pooler says to whoever wants a session of the server with options of its own.
NO_OPTIONS = "options"
#: A session that was given, or not, and says nothing.
SILENT = "silent"
#: Numbers of transactions have run out; the code has other meanings too.
WRAPAROUND = "wraparound"
#: A user who is known, and may not enter this database.
NO_ENTRY = "connect"
#: Conditions of which the place is at fault and no statement, by code or the code's class.
SENTENCES = {
    "08": "cannot be reached ({why}); see that the server runs, and correct the address",
    "28": "refuses us ({why}); correct the user and the password of the address",
    NO_ENTRY: "does not let us in ({why}); GRANT CONNECT ON DATABASE to the user of the address, "
    "or let that user own it",
    "3D000": "does not exist; make it: createdb --encoding=UTF8 --template=template0",
    "3F000": "gives us no schema ({why}); let the user of the address own the database, or set its "
    "search_path",
    "42501": "does not allow this ({why}); let the user of the address own the database",
    "42P01": "has lost a table ({why}); stop Chapar and restore a backup",
    "25006": "can only be read ({why}); let the address name the primary, no standby",
    "53200": "has no memory left ({why}); give the server more; of shared memory, raise its "
    "max_locks_per_transaction",
    "53300": "has no connection left for us ({why}); raise max_connections on the server",
    "55P03": "is locked ({why}); see by pg_locks who holds the lock: another process of Chapar, "
    "or a program that is to be ended",
    "57014": "ended a statement ({why}); see what it waited for, or who cancelled it",
    "57P": "ended the connection ({why}); see the log of the server",
    "25P03": "ended a transaction that stood still ({why}); see what held this process up",
    "25P04": "ended a transaction ({why}); take transaction_timeout away from this user",
    "58": "fails ({why}); see the log of the server and its disk",
    "XX001": "is damaged ({why}); stop Chapar and restore a backup",
    SILENT: "is silent ({why}); see that the server and its disk work, "
    "and that no pooler is paused or full",
    NO_OPTIONS: "is a pooler ({why}); let CHAPAR_DATABASE_DIRECT_URL name the server itself",
    "XX002": "has a damaged index ({why}); run reindexdb, or restore a backup",
    WRAPAROUND: "takes no writes any more ({why}); run VACUUM there as its superuser",
}
FULL = "53100"
#: Those that pass by themselves: the server restarts, another one takes its place, somebody holds a
#: lock for long.
PASSING = (SILENT, "08", "25006", "25P03", "25P04", "53200", "53300", "55P03", "57014", "57P")
#: A connection that broke off, or was never made, has no code: the library gives the server's words
#: alone. In another language than English they are told as they are.
BROKEN = "08"
WORDS_OF_REFUSAL = (
    (re.compile(r'database "[^"]*" does not exist|no such database'), "3D000"),
    (
        re.compile(
            r"authentication failed|no pg_hba\.conf|role .* does not exist|no password"
            r"|not permitted to log in"
        ),
        "28",
    ),
    (re.compile(r"permission denied for database"), NO_ENTRY),
    (
        re.compile(
            r"too many connections|too many clients|connection slots are reserved|no more c"
        ),
        "53300",
    ),
    (re.compile(r"unsupported startup parameter"), NO_OPTIONS),
    (re.compile(r"no answer for"), SILENT),
    (re.compile(r"the database system is|terminating connection|closed the connection"), "57P"),
)


def shown(url: str) -> str:
    """An address without its password."""
    return log.mask(url)


def silence(url: str) -> str:
    """What is said of a server that keeps connections and answers nothing."""
    return f"{shown(url)} {SENTENCES[SILENT].format(why='it answers nothing')}"


def raise_failure(error: psycopg.Error, url: str) -> NoReturn:
    """Raise what the server says as a failure of ours, where the place is at fault; else as it
    is."""
    known = named(error, url)
    if known is None:
        raise error
    raise known from error


def raise_unready(error: psycopg.Error, url: str) -> NoReturn:
    """Raise what a server says to our settings: whatever it is, no statement of ours is at fault,
    and it may be another one at the next attempt."""
    why = " ".join((error.diag.message_primary or str(error)).split())
    raise named(error, url) or StoreAway(
        f"{shown(url)} does not take our settings ({log.mask(why)}); see that the address leads to "
        "the primary, and the log of the server"
    ) from error


def named(error: psycopg.Error, url: str) -> StoreError | None:
    """The failure that an error of the server means, with its fix; None for one that is our own
    mistake."""
    why = " ".join((error.diag.message_primary or str(error)).split())
    code = error.sqlstate or ""
    if not code and isinstance(error, psycopg.OperationalError):
        code = next((code for words, code in WORDS_OF_REFUSAL if words.search(why)), BROKEN)
    if WRAPAROUND in why:
        code = WRAPAROUND
    if code == FULL:
        return StoreFull(f"{shown(url)}: the disk of the server is full ({why}); free space on it")
    for length in (len(code), 3, 2):
        if sentence := SENTENCES.get(code[:length]):
            kind = StoreAway if code[:length] in PASSING else StoreError
            return kind(f"{shown(url)} {sentence.format(why=log.mask(why))}")
    return None


def raise_unfinished(url: str) -> NoReturn:
    """Raise StoreError for a database that is not whole."""
    raise StoreError(
        f"{shown(url)} is not whole yet: a move into it has not ended; let CHAPAR_DATABASE_URL "
        "name the one before, and run chapar move again"
    )


def require_version(url: str, found: int, version: int) -> None:
    """Raises NewerDatabase, StoreError when a database of version `found` is not ours."""
    place = shown(url)
    if found > version:
        raise NewerDatabase(
            f"{place} was written by a newer Chapar (database version {found}, this program knows "
            f"{version}); upgrade Chapar, or restore a backup made by this version"
        )
    if found != version:
        raise StoreError(
            f"{place} is of version {found}, this program needs {version}; "
            "`chapar up` brings it up to date"
        )
