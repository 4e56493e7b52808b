"""Positions in the queue in fair order, and expected waiting times, for status messages."""

from bisect import bisect_left
from itertools import accumulate
from statistics import median

from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.store.jobs import seats

RING = f"SELECT id FROM jobs WHERE state = {State.QUEUED} AND lane = :lane ORDER BY at"
#: How long the users' lines are, and one of them.
LENGTHS = """
SELECT COUNT(*) FROM jobs
 WHERE seat IS NOT NULL AND seat > 0 AND lane = :lane GROUP BY user_id
"""
LINE = """
SELECT id FROM jobs
 WHERE seat IS NOT NULL AND user_id = :user AND lane = :lane AND seat > 0 ORDER BY seat
"""
RUNNING = f"SELECT COUNT(*) FROM jobs WHERE state = {State.LEASED} AND lane = :lane"
TOOK = """
SELECT ended_at - started_at FROM requests
 WHERE state = 'delivered' AND cached = 0 AND folder = 0 AND site = :site
 ORDER BY id DESC LIMIT :sample
"""
TOOK_ANYWHERE = """
SELECT ended_at - started_at FROM requests
 WHERE state = 'delivered' AND cached = 0 AND folder = 0 ORDER BY id DESC LIMIT :sample
"""
#: Latest downloads of a site that its median is taken of, and how many are enough.
SAMPLE, ENOUGH = 21, 5


class QueuePositions:
    """One look at the downloads that wait, read when the first place is asked for.

    In fair order a user's n-th waiting job has its turn after the ring, after those before it in
    the user's own line, and after as many of each other user's line.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self.ring: dict[int, int] | None = None
        self.medians: dict[str, float | None] = {}

    def read(self) -> dict[int, int]:
        """Read the places of queued jobs, and the length of each user's queue: a place in one is
        looked up when its user asks."""
        lane = {"lane": int(Lane.HEAVY)}
        self.lines: dict[int, dict[int, int]] = {}
        self.lengths = sorted(length for (length,) in self.db.all(LENGTHS, lane))
        self.sums = [0, *accumulate(self.lengths)]
        self.rooms = runtime_settings.effective(self.db, runtime_settings.CONFIGURED_ROOMS)
        self.running = int(self.db.all(RUNNING, lane)[0][0])
        return {job: n for n, (job,) in enumerate(self.db.all(RING, lane), 1)}

    def line(self, job: int, user: int) -> int:
        """The place of a job in its user's own line, from 1; 0 when it is not there."""
        if user not in self.lines:
            rows = self.db.all(LINE, {"lane": int(Lane.HEAVY), "user": user})
            self.lines[user] = {job: n for n, (job,) in enumerate(rows, 1)}
        return self.lines[user].get(job, 0)

    def place(self, job: int, state: State, *, user: int) -> int:
        """The place of a user's job in fair order, from 1; 0 when it does not wait for its turn."""
        if state not in (State.QUEUED, State.WAITING):
            return 0
        if self.ring is None:
            self.ring = self.read()
        if state is State.QUEUED:
            return self.ring.get(job, 0)
        mine = self.line(job, user)
        return len(self.ring) + mine + self.before(mine - 1)

    def is_next(self, place: int) -> bool:
        """Whether nothing holds up a job of this place: there is a free room for it, and it begins
        as soon as a worker looks."""
        return 0 < place <= self.rooms - self.running

    def before(self, rounds: int) -> int:
        """The number of jobs of other users whose turn comes within so many rounds."""
        if rounds <= 0:
            return 0
        short = bisect_left(self.lengths, rounds)
        mine = min(1, len(self.lengths) - short)  # my own line is one of the longer ones
        return self.sums[short] + rounds * (len(self.lengths) - short - mine)

    def wait(self, job: int, *, place: int, user: int, site: str) -> float:
        """Seconds until a job's turn, from the medians of what downloads took; 0 when unknown, or
        when nothing holds it up: neither the rooms of all, nor its user's own seats."""
        took = self.median(site)
        if took is None or place == 0:
            return 0.0
        crowd = place / self.rooms if self.running + place > self.rooms else 0.0
        own = self.line(job, user) / seats.cap(self.db, user, Lane.HEAVY)
        return took * max(crowd, own)

    def median(self, site: str) -> float | None:
        """The median duration of a download of this site; of any site when this one is new."""
        if site not in self.medians:
            facts = {"site": site, "sample": SAMPLE}
            rows = self.db.all(TOOK, facts)
            rows = rows if len(rows) >= ENOUGH else self.db.all(TOOK_ANYWHERE, {"sample": SAMPLE})
            took = [row[0] for row in rows if row[0] is not None]
            self.medians[site] = median(took) if len(took) >= ENOUGH else None
        return self.medians[site]
