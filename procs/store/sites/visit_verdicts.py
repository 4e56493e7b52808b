"""The last result of each person at a failing site: one row, and so one vote, for each person.

A person who sends a hundred dead links counts once. A success is stored only while there are
failures to weigh it against, so a visit to a site that works writes nothing.
"""

from procs.core.clock import Now
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.sites.breaker_trials import Way

#: Seconds for which a result counts; how many of the latest are weighed; and how many people must
#: have failed for each one who was served.
WINDOW = 600.0
HEARD, TO_ONE = 10, 4

NOTE = """
INSERT INTO verdicts (site, egress, person, media, failed, at)
VALUES (:site, :egress, :person, :media, :failed, :now)
    ON CONFLICT (site, egress, person) DO UPDATE
   SET media = excluded.media, failed = excluded.failed, at = excluded.at
"""
HEAR = """
SELECT media, failed FROM verdicts
 WHERE site = :site AND egress = :egress AND at > :since ORDER BY at DESC LIMIT :heard
"""
FORGET = "DELETE FROM verdicts WHERE site = :site AND egress = :egress"
FORGET_SITE = "DELETE FROM verdicts WHERE site = :site"
PRUNE = "DELETE FROM verdicts WHERE at < :since"


def note(db: Database, way: Way, lease: Lease, *, failed: bool, now: Now) -> None:
    """Store the result of this job's person, inside a transaction."""
    facts = {"person": lease.user, "media": lease.link.key, "failed": int(failed)}
    db.change(NOTE, {**way.facts, **facts, "now": now.wall})


def weigh(db: Database, way: Way, *, people: int, now: Now) -> tuple[int, bool]:
    """The number of people whose last visit failed; and whether that speaks against the site: at
    least so many `people`, with as many media, and TO_ONE for each who was served."""
    facts = {"since": now.wall - WINDOW, "heard": HEARD}
    heard = db.all(HEAR, {**way.facts, **facts})
    media = [media for media, failed in heard if failed]
    served = len(heard) - len(media)
    enough = min(len(media), len(set(media))) >= people
    return len(media), enough and len(media) >= TO_ONE * served


def forget(db: Database, way: Way) -> None:
    """Delete the results by one way: the site works again."""
    db.change(FORGET, way.facts)


def forget_site(db: Database, site: str) -> None:
    """Delete the results by every way to a site."""
    db.change(FORGET_SITE, {"site": site})


def prune(db: Database, *, now: Now) -> None:
    """Delete the results that do not count any more, inside a transaction."""
    db.change(PRUNE, {"since": now.wall - WINDOW})
