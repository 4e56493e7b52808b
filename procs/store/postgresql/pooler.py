"""Refuses a pooler that hands each transaction to another session of the server.

Statements that stay prepared, and words between machines (LISTEN), belong to a session. A pooler in
transaction mode would lose them at some moment, far from the cause; so it is named at the start.
One in session mode is as good as the server itself.
"""

import psycopg

from procs.errors import StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.server_session import Greeted, Row, connect

BACKEND = b"SELECT PG_BACKEND_PID()"
#: How often two sessions are compared: one of the server's that another program has just then is
#: not handed out twice in a row.
LOOKS = 12


def require_session(found: Greeted, url: str) -> None:
    """Raises StoreError where two sessions that are open at once are served by one process of the
    server, or one of them by several; StoreAway where the second gets none."""
    if found.session.info.backend_pid == found.backend:
        return  # the server itself answers
    other = connect(url)
    try:
        keeps = keep_apart(found.session, other)
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    finally:
        other.close()
    if not keeps:
        found.session.close()
        raise StoreError(
            f"{server_faults.shown(url)} is a pooler in transaction mode, which loses prepared "
            "statements and LISTEN; let CHAPAR_DATABASE_URL name the server itself, or the pooler "
            "in session mode"
        )


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
