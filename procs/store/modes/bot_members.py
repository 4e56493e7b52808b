"""Members of the bot: people whom admins let have more than everybody, and whom the mode for
members only serves."""

from procs.core.clock import Now
from procs.store.database import Database

HAS = "SELECT 1 FROM bot_members WHERE person = :person"
ADD = """
INSERT INTO bot_members (person, since, given_by) VALUES (:person, :now, :by)
    ON CONFLICT (person) DO NOTHING
"""
DROP = "DELETE FROM bot_members WHERE person = :person"


def has(db: Database, person: int) -> bool:
    """Whether the person is a member."""
    return db.one(HAS, {"person": person}) is not None


def add(db: Database, person: int, *, by: int, now: Now) -> bool:
    """False for who is one already."""
    with db.write(full=True):
        return db.change(ADD, {"person": person, "by": by, "now": now.wall}) > 0


def drop(db: Database, person: int) -> bool:
    """False for who was none."""
    with db.write(full=True):
        return db.change(DROP, {"person": person}) > 0
