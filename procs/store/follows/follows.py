"""Follows: which person receives the news of which source, and in which form."""

from dataclasses import dataclass
from enum import StrEnum

from procs.core.clock import Now
from procs.records.job import Link
from procs.store.database import Database, Row
from procs.store.follows.follow_limits import CARD, USUAL, FollowLimits

#: The states of a follow. One that has ended is kept until its person was told.
ON, PAUSED, ENDED = "on", "paused", "ended"

SOURCE = "SELECT id, looked_at, tried_at, every FROM sources WHERE key = :key"
ADD_SOURCE = """
INSERT INTO sources (key, url, site, title) VALUES (:key, :url, :site, :title) RETURNING id
"""
WAKE = """
UPDATE sources
   SET due_at = CASE WHEN due_at IS NULL OR rests = 1 OR due_at > :due THEN :due ELSE due_at END,
       rests = 0, fails = 0, failing_at = NULL
 WHERE id = :source
"""
MINE = "SELECT id, state FROM follows WHERE source = :source AND person = :person"
COUNT = "SELECT COUNT(*) FROM follows WHERE person = :person AND state <> 'ended'"
COUNT_SOURCES = "SELECT COUNT(*) FROM sources"
NEWEST = "SELECT COALESCE(MAX(id), 0) FROM source_news WHERE source = :source"
ADD = """
INSERT INTO follows (source, person, form, state, since, told)
VALUES (:source, :person, :form, 'on', :now, :told)
    ON CONFLICT (source, person) DO UPDATE
   SET form = excluded.form, state = 'on', since = excluded.since, told = excluded.told,
       owed_at = NULL, notice = ''
"""
LISTED = """
SELECT f.id, s.title, s.url, s.site, f.form, f.state, s.rests, s.news_at
  FROM follows f JOIN sources s ON s.id = f.source
 WHERE f.person = :person AND f.state <> 'ended' ORDER BY f.id
"""
ONE = """
SELECT f.source, f.state, s.looked_at, s.tried_at, s.every
  FROM follows f JOIN sources s ON s.id = f.source
 WHERE f.id = :follow AND f.person = :person AND f.state <> 'ended'
"""
PAUSE = """
UPDATE follows SET state = 'paused', told = NULL, owed_at = NULL, notice = '' WHERE id = :follow
"""
RESUME = "UPDATE follows SET state = 'on', told = :told WHERE id = :follow"
FORM = "UPDATE follows SET form = :form WHERE id = :follow"
END = "DELETE FROM follows WHERE id = :follow"
LEAVE = "DELETE FROM follows WHERE person = :person"
#: A source without an active follow is not looked at.
STILL = """
UPDATE sources SET due_at = NULL
 WHERE id = :source
   AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.source = sources.id AND f.state = 'on')
"""


class Begun(StrEnum):
    """The outcome of a wish to follow: done, done before, the person's limit or that of all is
    reached, or following is switched off."""

    NEW = "new"
    AGAIN = "again"
    MANY = "many"
    FULL = "full"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Follow:
    """A follow as the person sees it. `news_at` is the wall instant of the last news, None before
    any."""

    id: int
    title: str
    url: str
    site: str
    form: str
    state: str
    rests: bool
    news_at: float | None

    @property
    def is_paused(self) -> bool:
        """Whether the person paused it: no news come until they resume it."""
        return self.state == PAUSED


def begin(
    db: Database, person: int, link: Link, *, limits: FollowLimits, form: str = USUAL, now: Now
) -> Begun:
    """Follow the list behind a link. News are what the next look finds, or, after a recent look,
    what came since. Raises StoreFull."""
    if limits.is_off:
        return Begun.OFF
    with db.write(full=True):
        row = db.one(SOURCE, {"key": link.key})
        mine = db.one(MINE, {"source": row[0], "person": person}) if row else None
        if mine and mine[1] == ON:
            return Begun.AGAIN
        if mine and mine[1] == PAUSED:
            resume(db, mine[0], person, limits=limits, now=now)
            return Begun.AGAIN
        if int(db.all(COUNT, {"person": person})[0][0]) >= limits.most:
            return Begun.MANY
        if row is None and int(db.all(COUNT_SOURCES)[0][0]) >= limits.sources:
            return Begun.FULL
        source, *instants = row or (_add_source(db, link), None, None, 0.0)
        told = _start(db, source, instants, limits=limits, now=now)
        facts = {"source": source, "person": person, "form": form, "now": now.wall, "told": told}
        db.change(ADD, facts)
    return Begun.NEW


def _add_source(db: Database, link: Link) -> int:
    facts = {"key": link.key, "url": link.url, "site": link.site, "title": link.title}
    return int(db.all(ADD_SOURCE, facts)[0][0])


def _start(
    db: Database,
    source: int,
    instants: list[float | None],
    *,
    limits: FollowLimits,
    now: Now,
) -> int | None:
    """Have a source looked at soon for one who begins to follow it: the last news that is old for
    them, None where only that look can tell. It is not looked at sooner than it may be."""
    looked_at, tried_at, every = instants
    if looked_at is not None and now.wall - looked_at <= limits.interval:
        due = looked_at + max(every or 0.0, limits.interval)
        told = int(db.all(NEWEST, {"source": source})[0][0])
    else:
        due = now.wall if tried_at is None else max(now.wall, tried_at + limits.interval)
        told = None
    db.change(WAKE, {"source": source, "due": due})
    return told


def listed(db: Database, person: int) -> list[Follow]:
    """The follows of a person, oldest first."""
    rows = db.all(LISTED, {"person": person})
    cells: list[Row] = [(*row[:6], bool(row[6]), row[7]) for row in rows]
    return [Follow(*one) for one in cells]


def pause(db: Database, follow: int, person: int) -> bool:
    """Pause a follow until it is resumed. False when the person does not follow the source."""
    with db.write(full=True):
        row = db.one(ONE, {"follow": follow, "person": person})
        if row:
            db.change(PAUSE, {"follow": follow})
            db.change(STILL, {"source": row[0]})
    return row is not None


def resume(db: Database, follow: int, person: int, *, limits: FollowLimits, now: Now) -> bool:
    """Resume a follow, with news from now on; a resting source is looked at again too."""
    with db.write(full=True):
        row = db.one(ONE, {"follow": follow, "person": person})
        if row is None:
            return False
        source, state, *instants = row
        told = _start(db, source, instants, limits=limits, now=now)
        if state == PAUSED:
            db.change(RESUME, {"follow": follow, "told": told})
    return True


def turn_form(db: Database, follow: int, person: int, form: str) -> bool:
    """Set the form of news: the person's usual one, or a card."""
    with db.write(full=True):
        if form not in (USUAL, CARD) or not db.one(ONE, {"follow": follow, "person": person}):
            return False
        db.change(FORM, {"follow": follow, "form": form})
    return True


def end(db: Database, follow: int, person: int) -> bool:
    """End a follow. False when the person does not follow the source."""
    with db.write(full=True):
        row = db.one(ONE, {"follow": follow, "person": person})
        if row:
            db.change(END, {"follow": follow})
            db.change(STILL, {"source": row[0]})
    return row is not None


def leave(db: Database, person: int) -> int:
    """End all follows of a person who blocked the bot. Returns how many. Sources without a follower
    are not looked at, and deleted later."""
    if not db.all(COUNT, {"person": person})[0][0]:
        return 0
    with db.write(full=True):
        return db.change(LEAVE, {"person": person})
