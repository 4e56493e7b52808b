"""Pauses of the whole system, a user or a site: nothing new starts, running jobs go on.

A job of a paused user or site gives its seat back and is held, so that it delays no other job. A
pause of the system only stops claims.
"""

from procs.core.clock import Now
from procs.store.database import Database

ALL = "all"

PAUSE = """
INSERT INTO pauses (scope, since, why) VALUES (:scope, :now, :why)
    ON CONFLICT (scope) DO UPDATE SET why = excluded.why
"""
RESUME = "DELETE FROM pauses WHERE scope = :scope"
LIST = "SELECT scope, since, why FROM pauses ORDER BY scope"
HOLDS = "SELECT 1 FROM pauses WHERE scope = :user OR scope = :site LIMIT 1"


def user(number: int) -> str:
    """The scope of one user."""
    return f"user:{number}"


def site(name: str) -> str:
    """The scope of one site."""
    return f"site:{name}"


def machine(name: str) -> str:
    """The scope of one machine: its workers claim nothing."""
    return f"machine:{name}"


def holds(db: Database, *, user: int, site: str) -> bool:
    """Whether a pause holds a job of this user and site."""
    return db.one(HOLDS, {"user": f"user:{user}", "site": f"site:{site}"}) is not None


def is_paused(db: Database, scope: str = ALL) -> bool:
    """Whether this very scope is paused; a pause of everything does not count for a site."""
    return any(row[0] == scope for row in db.all(LIST))


def listed(db: Database) -> list[tuple[str, float, str]]:
    """(scope, since, why) of every pause."""
    return [(scope, since, why) for scope, since, why in db.all(LIST)]


def begin(db: Database, scope: str, *, why: str, now: Now) -> None:
    """Note the pause; inside a write transaction."""
    db.change(PAUSE, {"scope": scope, "why": why, "now": now.wall})


def end(db: Database, scope: str) -> bool:
    """Forget the pause; inside a write transaction. False when there was none."""
    return db.change(RESUME, {"scope": scope}) > 0
