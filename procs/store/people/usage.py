"""How much the bot delivered to each person, today and in total. A row outlives the person's
requests."""

from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Media
from procs.store.database import Database
from procs.store.people import users
from procs.texts import i18n

NOTE = """
INSERT INTO usage (person, day, day_requests, day_bytes, day_kept, day_saved,
                   requests, bytes, kept, saved)
VALUES (:person, :day, 1, :bytes, :kept, :saved, 1, :bytes, :kept, :saved)
    ON CONFLICT (person) DO UPDATE
   SET day = excluded.day,
       day_requests = 1 + CASE WHEN usage.day = excluded.day THEN usage.day_requests ELSE 0 END,
       day_bytes = excluded.day_bytes
                 + CASE WHEN usage.day = excluded.day THEN usage.day_bytes ELSE 0 END,
       day_kept = excluded.day_kept
                + CASE WHEN usage.day = excluded.day THEN usage.day_kept ELSE 0 END,
       day_saved = excluded.day_saved
                 + CASE WHEN usage.day = excluded.day THEN usage.day_saved ELSE 0 END,
       requests = usage.requests + 1, bytes = usage.bytes + excluded.bytes,
       kept = usage.kept + excluded.kept, saved = usage.saved + excluded.saved
"""
READ = """
SELECT day, day_requests, day_bytes, day_kept, day_saved, requests, bytes, kept, saved
  FROM usage WHERE person = :person
"""
#: The days of two places are one or two numbers.
COSTLIEST = """
SELECT person, day_requests, day_bytes, day_kept, day_saved FROM usage
 WHERE day = :day ORDER BY day_bytes DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class UsageSum:
    """The number of delivered requests and their bytes; `kept` requests and `saved` bytes of these
    needed no download."""

    requests: int = 0
    bytes: int = 0
    kept: int = 0
    saved: int = 0

    @property
    def share(self) -> float:
        """The share of the delivered requests that needed no download."""
        return self.saved / self.bytes if self.bytes else 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """The sums of the current day at the reader's place, and of all days."""

    today: UsageSum
    ever: UsageSum


def read(db: Database, person: int, *, now: Now) -> Usage:
    """What a person was sent, today by their own calendar and in total."""
    row = db.one(READ, {"person": person})
    if row is None:
        return Usage(UsageSum(), UsageSum())
    today = UsageSum(*row[1:5]) if row[0] == _day(db, person, now) else UsageSum()
    return Usage(today, UsageSum(*row[5:]))


def costliest(db: Database, *, most: int, now: Now) -> list[tuple[int, UsageSum]]:
    """The people who received the most bytes today, at whichever place's day: (person, sums of
    today), the most first."""
    days = {i18n.day(language, now.wall) for language in i18n.LANGUAGES}
    rows = [row for day in days for row in db.all(COSTLIEST, {"day": day, "most": most})]
    ranked = sorted(rows, key=lambda row: -row[2])[:most]
    return [(row[0], UsageSum(*row[1:])) for row in ranked]


def note(db: Database, person: int, media: Media | None, *, kept: bool, now: Now) -> None:
    """Add a delivered media to a person's sums, inside a write transaction; None for one that was
    deleted meanwhile."""
    size = sum(part.size for part in media.parts) if media else 0
    facts = {"person": person, "day": _day(db, person, now), "bytes": size, "kept": int(kept)}
    db.send(NOTE, {**facts, "saved": size if kept else 0})


def _day(db: Database, person: int, now: Now) -> int:
    return i18n.day(users.language(db, person), now.wall)
