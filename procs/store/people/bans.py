"""Bans: who may not use the bot, until when, and the reason that they read."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

BEGIN = """
INSERT INTO bans (person, since, until, reason, admin) VALUES (:person, :now, :until, :reason, :by)
    ON CONFLICT (person) DO UPDATE
   SET since = excluded.since, until = excluded.until, reason = excluded.reason,
       admin = excluded.admin
"""
END = "DELETE FROM bans WHERE person = :person"
FIND = """
SELECT since, until, reason FROM bans WHERE person = :person AND (until IS NULL OR until > :now)
"""


@dataclass(frozen=True, slots=True)
class Ban:
    """Instants are wall time; `until` is None for a ban without an end."""

    since: float
    until: float | None
    reason: str


def begin(
    db: Database, person: int, *, until: float | None, reason: str, by: int, now: Now
) -> None:
    """Ban a person until a wall instant, or for ever with None. From then on the bot accepts no
    request of theirs."""
    facts = {"person": person, "until": until, "reason": reason, "by": by, "now": now.wall}
    with db.write(full=True):
        db.change(BEGIN, facts)


def end(db: Database, person: int) -> bool:
    """False when there was no ban."""
    with db.write(full=True):
        return db.change(END, {"person": person}) > 0


def find(db: Database, person: int, *, now: Now) -> Ban | None:
    """The ban that is in force now, None without one. An expired ban is not returned."""
    row = db.one(FIND, {"person": person, "now": now.wall})
    return Ban(*row) if row else None
