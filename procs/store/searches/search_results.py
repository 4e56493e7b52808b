"""What searches found, kept for a few minutes, and the jobs that make it."""

from dataclasses import asdict, dataclass

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Kind, Lane, Link, State
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import seats
from procs.wishes import searches

#: Seconds for which the same words are not searched for again.
LASTS_MINUTES = 600.0
KEEP = """
INSERT INTO searches (key, until, body) VALUES (:key, :until, :body)
    ON CONFLICT (key) DO UPDATE SET until = excluded.until, body = excluded.body
"""
FIND = "SELECT body FROM searches WHERE key = :key AND until > :now"
PRUNE = "DELETE FROM searches WHERE until <= :now"
ALIVE = f"SELECT id FROM jobs WHERE mark = :mark AND mark IS NOT NULL AND state < {State.DONE}"
GOES_ON = f"SELECT 1 FROM jobs WHERE id = :job AND state < {State.DONE}"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result: its place from 1, and its duration in seconds, 0 unknown."""

    place: int
    title: str
    url: str
    duration: float = 0.0
    channel: str = ""


def link(words: str, site: str) -> Link:
    """A search as a link, which is named by its words."""
    url, name = searches.address(words, site), searches.key(words, site)
    return Link(url, site, name, searches.READ_ONLY, words)


def keep(db: Database, key: str, hits: list[SearchHit], *, now: Now) -> None:
    """Store the results of a search; there may be none."""
    body = codec.dump([asdict(one) for one in hits])
    with db.write():
        db.change(KEEP, {"key": key, "until": now.wall + LASTS_MINUTES, "body": body})


def find(db: Database, key: str, *, now: Now) -> list[SearchHit] | None:
    """The results of a recent search for these words; None without one."""
    row = db.one(FIND, {"key": key, "now": now.wall})
    return [codec.record(SearchHit, one) for one in codec.load(row[0])] if row else None


def begin(db: Database, user: int, sought: Link, *, now: Now) -> int:
    """The number of the job that searches: one that is on its way already, or a new one."""
    mark = f"{Kind.LOOK}:{sought.key}:{sought.variant}"
    with db.write(full=True):
        alive = db.one(ALIVE, {"mark": mark})
        if alive:
            return int(alive[0])
        payload = LinkPayload(sought.url, sought.site, sought.key, sought.variant, sought.title)
        new = seats.NewJob(user, Lane.LOOK, Kind.LOOK, payload, mark=mark, site=sought.site)
        job = seats.add(db, new, now=now)
    wake.notify_idle(db.run)
    return job


def goes_on(db: Database, job: int) -> bool:
    """Whether a search job is not over yet."""
    return db.one(GOES_ON, {"job": job}) is not None


def prune(db: Database, *, now: Now) -> int:
    """Delete the results that are too old."""
    with db.write():
        return db.change(PRUNE, {"now": now.wall})
