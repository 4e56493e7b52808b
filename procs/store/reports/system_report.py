"""The state of the whole system, for `chapar status`."""

from collections import Counter
from dataclasses import dataclass, field

from procs.core.clock import Now
from procs.records.job import Lane, State
from procs.store.database import Database, Row
from procs.store.health import workers

COUNTS = f"""
SELECT {State.QUEUED}, COUNT(*), MIN(at) FROM jobs WHERE state = {State.QUEUED} AND lane = :lane
 UNION ALL
SELECT {State.LEASED}, COUNT(*), NULL FROM jobs WHERE state = {State.LEASED} AND lane = :lane
 UNION ALL
SELECT {State.LATER}, COUNT(*), NULL FROM jobs WHERE state = {State.LATER} AND lane = :lane
 UNION ALL
SELECT {State.HELD}, COUNT(*), NULL FROM jobs WHERE state = {State.HELD} AND lane = :lane
"""
WAITING = "SELECT COUNT(*) FROM jobs WHERE seat IS NOT NULL AND seat > 0 AND lane = :lane"
FOLLOWED = """
SELECT COUNT(*), COALESCE(SUM(86400.0 / CASE WHEN every > 0 THEN every ELSE 86400.0 END), 0.0),
       COALESCE(SUM(CASE WHEN rests = 0 AND fails > 0 THEN 1 ELSE 0 END), 0),
       COALESCE(SUM(rests), 0), COALESCE(SUM(looks), 0), COALESCE(SUM(found), 0), MIN(due_at)
  FROM sources WHERE due_at IS NOT NULL
"""
FOLLOWERS = "SELECT COUNT(DISTINCT person) FROM follows WHERE state = 'on'"
OUTCOMES = "SELECT state, COUNT(*) FROM requests WHERE received_at > :since GROUP BY state"


@dataclass(frozen=True, slots=True)
class FollowLoad:
    """What following costs: lists that are looked at, for how many people; looks in a day as they
    are planned; lists that fail, and that rest; looks and new entries so far; and the wall instant
    of the next look."""

    sources: int = 0
    people: int = 0
    looks_a_day: float = 0.0
    fail: int = 0
    rest: int = 0
    looks: int = 0
    found: int = 0
    next_at: float | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """`jobs` counts by lane and state name; `oldest` is the age in seconds of the download that
    waits longest for a room."""

    workers: list[workers.Worker]
    jobs: dict[str, dict[str, int]]
    oldest: float
    requests_today: dict[str, int]
    follows: FollowLoad = field(default_factory=FollowLoad)


def overview(db: Database, *, now: Now) -> Overview:
    """Workers, jobs by lane and state, age of the oldest queued job, requests of the last 24 hours,
    load of follows. For who asks: it reads every request that is kept."""
    jobs, oldest = {}, 0.0
    for lane in Lane:
        rows, counts = in_lane(db, lane)
        jobs[lane.name.lower()] = counts
        queued = [at for state, _, at in rows if state == State.QUEUED and at is not None]
        oldest = max([oldest, *(now.wall - at for at in queued)])
    today = db.all(OUTCOMES, {"since": now.wall - 86400})
    return Overview(
        workers=workers.present(db),
        jobs=jobs,
        oldest=oldest,
        requests_today={state: count for state, count in today},
        follows=follow_load(db),
    )


def follow_load(db: Database) -> FollowLoad:
    """What following costs at the moment."""
    sources, a_day, *more = db.all(FOLLOWED)[0]
    return FollowLoad(sources, int(db.all(FOLLOWERS)[0][0]), a_day, *more)


def under_way(db: Database) -> Counter[str]:
    """The jobs of all lanes that are not over, by the state's name: by indexes that have no others,
    for who looks again and again."""
    counts: Counter[str] = Counter()
    for lane in Lane:
        counts.update(in_lane(db, lane)[1])
    return counts


def in_lane(db: Database, lane: Lane) -> tuple[list[Row], dict[str, int]]:
    """The rows of a lane's jobs by state, and their counts by the state's name."""
    rows = db.all(COUNTS, {"lane": int(lane)})
    counts = {State(state).name.lower(): count for state, count, _ in rows}
    waiting = db.one(WAITING, {"lane": int(lane)})
    return rows, {**counts, "waiting": waiting[0] if waiting else 0}


def counts(db: Database) -> Counter[str]:
    """The jobs of all lanes by the state's name."""
    every: Counter[str] = Counter()
    for lane in Lane:
        every.update(in_lane(db, lane)[1])
    return every
