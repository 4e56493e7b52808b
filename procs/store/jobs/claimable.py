"""What may be claimed, and which lanes have such a job: a worker reads it before and after it
sleeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.records.job import LANES, Lane, State
from procs.store.database import Database
from procs.store.jobs import pauses
from procs.store.literals import EVERY_LANE, IS_KNOWN, KNOWN_KINDS

#: More leases than there will ever be.
ENDLESS = 1 << 30
#: Seconds after its end for which a lease counts that nobody has taken back: twice what that takes.
OVERDUE = 10.0
#: Downloads that run. Each beat moves the end of a lease, so that all of them lie at the end of an
#: index of these instants: what was leased before, and who holds an old snapshot of a server keeps
#: all of that, is not passed over. `+ 0` is what a server reads (`dialect`): the condition of that
#: index, which no other of its indexes has.
DOWNLOADS = f"""state /* + 0 */ = {State.LEASED} AND lane /* + 0 */ = {Lane.HEAVY}
                    AND at >= :alive"""
#: What a worker of this machine may claim.
CLAIMABLE = f"""
  FROM jobs
 WHERE state = {State.QUEUED} AND lane = :lane AND at >= :since AND {IS_KNOWN}
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = 'all')
   AND NOT EXISTS (SELECT 1 FROM pauses WHERE scope = :scope)
   AND (:local = 0 OR folder = 1)
   AND (:machine = '' OR NOT EXISTS (SELECT 1 FROM job_files f
                                      WHERE f.job = jobs.id AND f.machine <> :machine))
"""
#: Every line from its beginning.
NOWHERE: Mapping[Lane, float] = {}
#: Whether there is a job in the line of a lane, and what else a worker must know.
WAITS = " UNION ALL ".join(
    f"""
SELECT {lane:d} AS lane, EXISTS (SELECT 1 FROM jobs
         WHERE state = {State.QUEUED} AND lane = {lane:d} AND at >= :since_{lane.name.lower()}
           AND kind IN ({KNOWN_KINDS})) AS waits"""
    for lane in Lane
)
OUTLOOK = f"""
SELECT lane, waits, (SELECT MIN(at) FROM jobs WHERE state = {State.LATER}),
       EXISTS (SELECT 1 FROM pauses WHERE scope = 'all'),
       :most < CAST({ENDLESS} AS INTEGER)
       AND :most <= (SELECT COUNT(*) FROM jobs WHERE {DOWNLOADS})
  FROM ({WAITS}) AS lines
"""
READY = f"SELECT 1 {CLAIMABLE} LIMIT 1"
RUNNING = f"""
SELECT worker, COUNT(*) FROM jobs WHERE state = {State.LEASED} AND lane IN ({EVERY_LANE})
 GROUP BY worker
"""
#: What a newer version left in the line: nobody of this version takes it.
UNKNOWN = f"""
SELECT kind, COUNT(*) FROM jobs
 WHERE state = {State.QUEUED} AND kind NOT IN ({KNOWN_KINDS}) GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True, slots=True)
class Claimable:
    """What there is to do: the lanes in which a job could be claimed, and the wall
    instant at which the next job becomes due."""

    ready: tuple[Lane, ...]
    due: float | None
    #: Lanes without anybody in line, claimable or not.
    empty: tuple[Lane, ...] = ()


def look(
    db: Database, *, most: int = ENDLESS, since: Mapping[Lane, float] = NOWHERE, alive: float = 0.0
) -> Claimable:
    """What there is to do, by one statement. No download can be claimed while `most` are leased,
    those aside that were over before `alive`; of a lane only what is in line from `since` on
    counts. Where machines share the database, this one may be paused, or the files of all that is
    ready may lie on another: `ready` tells."""
    places = {f"since_{lane.name.lower()}": since.get(lane, 0.0) for lane in Lane}
    rows = db.all(OUTLOOK, {"most": most, "alive": alive, **places})
    _, _, due, paused, full = rows[0]
    lanes = [LANES[lane] for lane, waits, *_ in rows if waits]
    ready = [lane for lane in lanes if not (full and lane is Lane.HEAVY)]
    return Claimable(ready=() if paused else tuple(ready), due=due, empty=empty(lanes))


def here() -> dict[str, str]:
    """This machine, "" where it is the only one, and the scope of a pause of it alone."""
    name = machine_name.shared()
    return {"machine": name, "scope": pauses.machine(name) if name else pauses.ALL}


def alive_since(now: Now) -> float:
    """The end of the oldest lease that counts."""
    return now.boot - OVERDUE


def ready(db: Database, lane: Lane, *, local: bool = False, since: float = 0.0) -> bool:
    """Whether a job of this lane could be claimed; `local` and `since` as for `leases.claiming`."""
    facts = {"lane": int(lane), "local": int(local), "since": since, **here()}
    return db.one(READY, facts) is not None


def running_by_worker(db: Database) -> dict[int, int]:
    """How many leases each worker has."""
    return {int(worker): int(count) for worker, count in db.all(RUNNING)}


def empty(waiting: Sequence[Lane]) -> tuple[Lane, ...]:
    """The lanes that are none of these."""
    return tuple(lane for lane in Lane if lane not in waiting)


def unknown(db: Database) -> dict[str, int]:
    """Queued jobs of kinds that this version does not know, by kind: workers of the version that
    made them take them."""
    return {str(kind): int(count) for kind, count in db.all(UNKNOWN)}
