"""Figures of each sponsor: how many people were shown it, pressed, joined, and stayed for a day."""

from procs.core.clock import Now
from procs.records.sponsor_records import Sponsor, SponsorTotals
from procs.store.database import Database

STAY = 24 * 3600.0

SHOWN = """
INSERT INTO sponsor_visits (sponsor, person, shown_at) VALUES (:sponsor, :person, :now)
    ON CONFLICT (sponsor, person) DO UPDATE
   SET shown_at = COALESCE(sponsor_visits.shown_at, excluded.shown_at)
"""
PRESSED = """
UPDATE sponsor_visits SET pressed_at = :now
 WHERE sponsor = :sponsor AND person = :person AND pressed_at IS NULL
"""
SEEN = (
    "SELECT shown_at, joined_at FROM sponsor_visits WHERE sponsor = :sponsor AND person = :person"
)
JOINED = """
INSERT INTO sponsor_visits (sponsor, person, joined_at) VALUES (:sponsor, :person, :now)
    ON CONFLICT (sponsor, person) DO UPDATE
   SET joined_at = COALESCE(sponsor_visits.joined_at, excluded.joined_at)
"""
BACK = """
UPDATE sponsor_visits SET left_at = NULL
 WHERE sponsor = :sponsor AND person = :person AND left_at < joined_at + :day
   AND :now < joined_at + :day
"""
LEFT = """
UPDATE sponsor_visits SET left_at = :now
 WHERE sponsor = :sponsor AND person = :person AND joined_at IS NOT NULL AND left_at IS NULL
"""
COUNT = "UPDATE sponsors SET joined = joined + 1 WHERE id = :sponsor"
TOTALS = """
SELECT COUNT(shown_at), COUNT(pressed_at), COUNT(joined_at),
       COUNT(CASE WHEN joined_at + :day <= :now AND (left_at IS NULL OR left_at >= joined_at + :day)
                  THEN 1 END)
  FROM sponsor_visits WHERE sponsor = :sponsor
"""


def note_shown(db: Database, sponsor: int, person: int, *, now: Now) -> None:
    """Note that a person was shown a sponsor's button; the first time counts."""
    with db.write():
        db.change(SHOWN, {"sponsor": sponsor, "person": person, "now": now.wall})


def note_pressed(db: Database, sponsor: int, person: int, *, now: Now) -> None:
    """Note that a person pressed the button that says that they joined; the first time counts."""
    with db.write():
        db.change(PRESSED, {"sponsor": sponsor, "person": person, "now": now.wall})


def note_joined(db: Database, sponsor: Sponsor, person: int, link: str, *, now: Now) -> None:
    """Note that a person joined by `link`; a person counts once. Towards the goal count those who
    joined by the sponsor's own link; where it has none, those who were shown it. All others are
    ignored."""
    facts = {"sponsor": sponsor.id, "person": person, "now": now.wall}
    with db.write():
        row = db.one(SEEN, facts | {"now": 0})
        shown, joined = row or (None, None)
        by_link = sponsor.own and link == sponsor.link
        if joined is not None:
            db.change(BACK, {**facts, "day": STAY})
        elif by_link or shown is not None:
            db.change(JOINED, facts)
            if by_link or not sponsor.own:
                db.change(COUNT, {"sponsor": sponsor.id})


def note_left(db: Database, sponsor: int, person: int, *, now: Now) -> None:
    """Note that a person who had joined a sponsor's chat left it."""
    with db.write():
        db.change(LEFT, {"sponsor": sponsor, "person": person, "now": now.wall})


def totals(db: Database, sponsor: int, *, now: Now) -> SponsorTotals:
    """The figures of a sponsor until now."""
    row = db.all(TOTALS, {"sponsor": sponsor, "now": now.wall, "day": STAY})[0]
    return SponsorTotals(*row)
