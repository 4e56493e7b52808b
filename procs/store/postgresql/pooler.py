"""Refuses a pooler that hands each transaction to another session of the server.

Statements that stay prepared, and words between machines (LISTEN), belong to a session. A pooler in
transaction mode would lose them at some moment, far from the cause; so it is named at the start.
One in session mode is as good as the server itself.
"""

from procs.errors import StoreError
from procs.store.postgresql import server_faults
from procs.store.postgresql.server_session import Greeted, connect

BACKEND = b"SELECT PG_BACKEND_PID()"


def require_session(found: Greeted, url: str) -> None:
    """Raises StoreError where two sessions that are open at once are served by one process of the
    server, StoreAway where the second gets none."""
    if found.session.info.backend_pid == found.backend:
        return  # the server itself answers
    other = connect(url)
    try:
        row = other.execute(BACKEND).fetchone()
    finally:
        other.close()
    if row and row[0] == found.backend:
        found.session.close()
        raise StoreError(
            f"{server_faults.shown(url)} is a pooler in transaction mode, which loses prepared "
            "statements and LISTEN; let CHAPAR_DATABASE_URL name the server itself, or the pooler "
            "in session mode"
        )
