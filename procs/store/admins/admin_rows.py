"""The roles that owners gave to other admins. Owners stand in the configuration, not here."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.admin_role import Role
from procs.store.database import Database

FIND = "SELECT role FROM admins WHERE person = :person"
GIVE = """
INSERT INTO admins (person, role, since, given_by) VALUES (:person, :role, :now, :by)
    ON CONFLICT (person) DO UPDATE
   SET role = excluded.role, since = excluded.since, given_by = excluded.given_by
"""
TAKE = "DELETE FROM admins WHERE person = :person"
LIST = """
SELECT a.person, a.role, a.since, a.given_by, COALESCE(u.name, '')
  FROM admins a LEFT JOIN users u ON u.id = a.person
 ORDER BY a.role DESC, a.since, a.person
"""


@dataclass(frozen=True, slots=True)
class AdminRow:
    """A person with a role; `since` is a wall instant, `name` "" for one who never wrote to the
    bot."""

    person: int
    role: Role
    since: float
    given_by: int
    name: str


def role(db: Database, person: int) -> Role:
    """The role that was given to a person; EVERYONE for none."""
    row = db.one(FIND, {"person": person})
    return Role(row[0]) if row else Role.EVERYONE


def give(db: Database, person: int, role: Role, *, by: int, now: Now) -> None:
    """Give a person this role, in place of any other."""
    with db.write(full=True):
        db.change(GIVE, {"person": person, "role": int(role), "by": by, "now": now.wall})


def take(db: Database, person: int) -> bool:
    """Take a person's role away. False when they had none."""
    with db.write(full=True):
        return db.change(TAKE, {"person": person}) > 0


def listed(db: Database) -> list[AdminRow]:
    """Everybody with a role, the highest role first."""
    return [AdminRow(row[0], Role(row[1]), *row[2:]) for row in db.all(LIST)]
