"""What a scrape of metrics reads from the store: counts by index, and counters. What is over is
never read: a million finished jobs cost nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.health import counters, workers
from procs.store.limits.send_budget import EVERYBODY, GapLimit

#: For each state in a lane: how many, since when the first of those that are queued is in the
#: ring, and the oldest by number. What waits in its user's line has a seat above zero.
DEPTH = f"""
SELECT {State.QUEUED}, COUNT(*), MIN(at), MIN(id) FROM jobs
 WHERE state = {State.QUEUED} AND lane = :lane
 UNION ALL
SELECT {State.LEASED}, COUNT(*), NULL, MIN(id) FROM jobs
 WHERE state = {State.LEASED} AND lane = :lane
 UNION ALL
SELECT {State.LATER}, COUNT(*), NULL, MIN(id) FROM jobs
 WHERE state = {State.LATER} AND lane = :lane
 UNION ALL
SELECT {State.HELD}, COUNT(*), NULL, MIN(id) FROM jobs
 WHERE state = {State.HELD} AND lane = :lane
 UNION ALL
SELECT {State.WAITING}, COUNT(*), NULL, MIN(id) FROM jobs
 WHERE seat IS NOT NULL AND seat > 0 AND lane = :lane
"""
ADDED = "SELECT SUBSTR(story, 1, 14) FROM jobs WHERE id = :job"
OPEN = """
SELECT COUNT(*), MIN(CASE WHEN answered_at IS NULL THEN received_at END)
  FROM requests WHERE closed_at IS NULL AND state = 'open' AND parent IS NULL AND folder = 0
"""
#: The budget of all messages, of which only its instant is read.
BUDGET = GapLimit(EVERYBODY, 0.0, 0.0)
WAITS = "SELECT COUNT(*), MAX(until) FROM waits WHERE until > :now"


@dataclass(frozen=True, slots=True)
class LaneDepth:
    """The jobs of one lane in one state: how many, and the age of the oldest in seconds (since it
    joined the queue for those that are queued, else since it was added)."""

    lane: str
    state: str
    jobs: int
    age: float


@dataclass(frozen=True, slots=True)
class MetricReport:
    """`unanswered` is the age of the open request that waits longest for its first answer;
    `send_ahead` the seconds by which messages were promised ahead of
    their rate; `flood_left` until the last of
    Telegram's waits is over."""

    depths: list[LaneDepth]
    workers: list[workers.Worker]
    counts: Mapping[str, int]
    open: int
    unanswered: float
    send_ahead: float
    flood_waits: int
    flood_left: float


def read(db: Database, *, now: Now) -> MetricReport:
    """All values of one scrape."""
    count, since = db.all(OPEN)[0]
    waits, until = db.all(WAITS, {"now": now.wall})[0]
    return MetricReport(
        depths=[one for lane in Lane for one in in_lane(db, lane, now=now)],
        workers=workers.present(db),
        counts=counters.read(db),
        open=count,
        unanswered=age(since, now),
        send_ahead=max(0.0, (BUDGET.empty_at(db, now) or now.boot) - now.boot),
        flood_waits=waits,
        flood_left=max(0.0, (until or now.wall) - now.wall),
    )


def in_lane(db: Database, lane: Lane, *, now: Now) -> list[LaneDepth]:
    """Jobs of a lane by state, with the age in seconds of the oldest of each."""
    found = []
    for state, count, since, oldest in db.all(DEPTH, {"lane": int(lane)}):
        if since is None and oldest is not None:
            since = added_at(db, oldest)
        found.append(
            LaneDepth(lane.name.lower(), State(state).name.lower(), count, age(since, now))
        )
    return found


def added_at(db: Database, job: int) -> float | None:
    """The instant in the first line of a job's story; None for a job that has no story."""
    row = db.one(ADDED, {"job": job})
    return float(row[0]) if row and row[0] else None


def age(since: float | None, now: Now) -> float:
    """Seconds since a wall instant, never below 0; 0 for None."""
    return 0.0 if since is None else max(0.0, now.wall - since)
