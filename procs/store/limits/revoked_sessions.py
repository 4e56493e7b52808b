"""Sign-ins that Telegram revoked. A row stops their process from signing in again: the operator
decides that, since another process may use the same key."""

import re
from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

NOTE = """
INSERT INTO sessions (name, mark, why, since) VALUES (:name, :mark, :why, :now)
    ON CONFLICT (name) DO UPDATE
   SET mark = excluded.mark, why = excluded.why,
       since = CASE WHEN sessions.mark = excluded.mark THEN sessions.since ELSE excluded.since END
"""
LOST = "SELECT name, mark, why, since FROM sessions ORDER BY name"
FORGET = "DELETE FROM sessions WHERE name = :name"
#: The name of a session, with its machine where several share the database.
NAME = re.compile(r"(bot|slot-\d+)(?:-(.+))?")


@dataclass(frozen=True, slots=True)
class RevokedSession:
    """`mark` tells the sign-in itself, so that a new file or token is no longer the lost one."""

    name: str
    mark: str
    why: str
    since: float

    @property
    def machine(self) -> str:
        """The machine that has the session, "" where one is alone."""
        return parts(self.name)[1]

    @property
    def file(self) -> str:
        """The name of the session's file among the sign-ins of its machine."""
        return f"{parts(self.name)[0]}.session"


def parts(name: str) -> tuple[str, str]:
    """A session's name without its machine (`bot`, `slot-0`), and the machine."""
    found = NAME.fullmatch(name)
    return (found[1], found[2] or "") if found else (name, "")


def note_lost(db: Database, name: str, *, mark: str, why: str, now: Now) -> None:
    """Store that Telegram revoked the sign-in of a session."""
    with db.write(full=True):
        db.change(NOTE, {"name": name, "mark": mark, "why": why, "now": now.wall})


def unresolved(db: Database) -> list[RevokedSession]:
    """All revoked sign-ins whose file or token has not been replaced."""
    return [RevokedSession(*row) for row in db.all(LOST)]


def is_lost(db: Database, name: str, *, mark: str) -> bool:
    """Whether Telegram revoked the sign-in with this mark. A sign-in with another mark may be
    tried."""
    found = [one for one in unresolved(db) if one.name == name]
    if found and found[0].mark != mark:
        forget(db, name)
        return False
    return bool(found)


def forget(db: Database, name: str) -> None:
    """Forget that the sign-in of a session was revoked: it is another one, or there is no such
    session any more."""
    with db.write(full=True):
        db.change(FORGET, {"name": name})
