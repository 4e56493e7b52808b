"""The audit log: which admin did what to whom, when, before and after. Kept for a year and more."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.store.database import Database

#: Seconds for which a row is kept at least.
KEPT = 400 * 24 * 3600.0
BITE = 1000

#: An act that is repeated after a kill is written once: `mark` identifies acts.
NOTE = """
INSERT INTO audit (mark, at, admin, action, subject, was, became)
VALUES (:mark, :now, :admin, :action, :subject, :was, :became)
    ON CONFLICT (mark) DO NOTHING
"""
LATEST = """
SELECT a.id, a.at, a.admin, COALESCE(u.name, ''), a.action, a.subject, a.was, a.became
  FROM audit a LEFT JOIN users u ON u.id = a.admin
 WHERE a.id < :before ORDER BY a.id DESC LIMIT :most
"""
OF_SUBJECT = """
SELECT a.id, a.at, a.admin, COALESCE(u.name, ''), a.action, a.subject, a.was, a.became
  FROM audit a LEFT JOIN users u ON u.id = a.admin
 WHERE a.subject = :subject AND a.id < :before ORDER BY a.id DESC LIMIT :most
"""
PRUNE = """
DELETE FROM audit WHERE id IN
       (SELECT id FROM audit WHERE at < :before ORDER BY at LIMIT :bite)
"""
#: Larger than the number of any row.
ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class AuditChange:
    """What an act did to one thing: `subject` names it as a word and a number (`person:17`,
    `job:4`), `was` and `became` are what it was before and is after, "" where there is nothing."""

    subject: str
    was: str = ""
    became: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the log. `at` is a wall instant; admin 0 is the sysadmin at a terminal."""

    id: int
    at: float
    admin: int
    name: str
    action: str
    subject: str
    was: str
    became: str


def person(number: int) -> str:
    """A person as the subject of an act."""
    return f"person:{number}"


def note(
    db: Database, admin: int, action: str, change: AuditChange, *, mark: str, now: Now
) -> None:
    """Write an act into the log, in the transaction that does it. The same `mark` is written
    once."""
    facts = {
        "mark": mark,
        "now": now.wall,
        "admin": admin,
        "action": action,
        "subject": change.subject,
        "was": change.was,
        "became": change.became,
    }
    with db.write():
        db.change(NOTE, facts)


def latest(
    db: Database, *, subject: str = "", before: int = ENDLESS, most: int = 20
) -> list[AuditRow]:
    """The newest rows with a number below `before`, of all subjects or of one."""
    facts = {"before": before, "most": most}
    found = db.all(OF_SUBJECT, {**facts, "subject": subject}) if subject else db.all(LATEST, facts)
    return [AuditRow(*row) for row in found]


def prune(db: Database, *, now: Now) -> int:
    """Delete a bite of rows that are older than the required time. Returns how many."""
    with db.write():
        return db.change(PRUNE, {"before": now.wall - KEPT, "bite": BITE})
