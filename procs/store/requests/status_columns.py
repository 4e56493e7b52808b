"""The text of a status message, stored in its request's row before and after each edit."""

from procs.core.clock import Now
from procs.store.database import Database

TOLD = "UPDATE requests SET answered_at = COALESCE(answered_at, :now) WHERE id = :request"
CHANGES = """
UPDATE requests SET shown = '', shown_stage = :stage, shown_share = :share, shown_at = :now
 WHERE id = :request
"""
SHOWED = "UPDATE requests SET shown = :shown WHERE id = :request"
FOUND = """
UPDATE requests SET shown = :shown, shown_stage = :stage, shown_share = :share WHERE id = :request
"""


def told(db: Database, request: int, *, now: Now) -> None:
    """The person has a status message that speaks for this request too."""
    with db.write():
        db.change(TOLD, {"request": request, "now": now.wall})


def changes(db: Database, request: int, *, stage: str, share: float | None, now: Now) -> None:
    """The status message is about to say something else, and until `showed` nobody knows what it
    says: `shown` is empty. Kept before it does, so that a death, or a lost answer, in between
    neither brings the next change too soon nor repeats this one."""
    facts = {"request": request, "stage": stage, "share": share, "now": now.wall}
    with db.write():
        db.change(CHANGES, facts)


def showed(db: Database, request: int, shown: str) -> None:
    """What the status message says now."""
    with db.write():
        db.change(SHOWED, {"request": request, "shown": shown})


def found(db: Database, request: int, *, shown: str, stage: str, share: float | None) -> None:
    """What the status message turned out to say, since whenever it changed last."""
    facts = {"request": request, "shown": shown, "stage": stage, "share": share}
    with db.write():
        db.change(FOUND, facts)
