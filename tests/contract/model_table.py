"""The rows of the lease table as it is meant: jobs, requests, seats and turns, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from procs.core.clock import Now
from procs.records.job import Ask, Kind, Lane, State
from procs.store.jobs.seats import CAPS


@dataclass
class Job:
    """`turn` orders the ring; `at` is the end of the lease, the due time or the end."""

    id: int
    user: int
    lane: Lane
    kind: Kind
    site: str
    mark: str
    state: State = State.WAITING
    seat: int | None = None
    turn: tuple[float, int] = (0.0, 0)
    at: float = 0.0
    fence: int = 0
    attempt: int = 0
    deaths: int = 0
    blame: float = 0.0
    worker: int | None = None
    stop: bool = False
    request: int = 0
    progress: dict[str, int] = field(default_factory=dict)

    def row(self) -> tuple[object, ...]:
        facts = (self.seat, self.fence, self.attempt, self.deaths, self.blame)
        return (self.id, self.user, self.lane, self.state, *facts, self.worker, self.stop)


@dataclass
class Request:
    """Who asked for what, and what became of it."""

    id: int
    ask: Ask
    state: str = "open"
    job: int = 0


class Table:
    """All jobs and requests, who has which seat, and whose turn it is."""

    def __init__(self, *, cap: int) -> None:
        self.default = cap
        self.now = Now(0.0, 0.0)
        self.jobs: dict[int, Job] = {}
        self.requests: dict[int, Request] = {}
        self.known: dict[str, int] = {}
        self.media = 0
        self.pauses: set[str] = set()
        self.caps: dict[int, int] = {}
        self.dead: set[int] = set()
        self.died_at: list[float] = []

    # Seats and turns

    def cap(self, user: int, lane: Lane) -> int:
        return CAPS[lane] if lane in CAPS else self.caps.get(user, self.default)

    def paused(self, user: int, site: str) -> bool:
        return bool(self.pauses & {f"user:{user}", f"site:{site}"})

    def free(self, user: int, lane: Lane) -> int | None:
        mine = {job.seat for job in self.jobs.values() if (job.user, job.lane) == (user, lane)}
        return next((-n for n in range(1, self.cap(user, lane) + 1) if -n not in mine), None)

    def queue(self, job: Job, seat: int) -> None:
        job.state, job.seat, job.worker = State.QUEUED, seat, None
        job.turn = (self.now.wall, job.id)

    def sit(self, job: Job) -> None:
        """Find the place of a job that has none."""
        seat = self.free(job.user, job.lane)
        if self.paused(job.user, job.site):
            job.state, job.seat = State.HELD, None
        elif seat is None:
            job.state, job.seat = State.WAITING, job.id
        else:
            self.queue(job, seat)

    def leave(self, job: Job, state: State, *, at: float | None = None) -> None:
        """The job gives its seat away: to the user's longest waiting, if it is within the cap."""
        seat, job.seat, job.worker = job.seat, None, None
        job.state, job.at = state, self.now.wall if at is None else at
        if seat is not None and seat < 0:
            self.hand_on(job.user, job.lane, seat)

    def hand_on(self, user: int, lane: Lane, seat: int) -> bool:
        line = [job for job in self.of(State.WAITING) if (job.user, job.lane) == (user, lane)]
        if line and -seat <= self.cap(user, lane):
            self.queue(min(line, key=lambda job: job.id), seat)
            return True
        return False

    def fill(self, user: int) -> int:
        filled = 0
        while (seat := self.free(user, Lane.HEAVY)) and self.hand_on(user, Lane.HEAVY, seat):
            filled += 1
        return filled

    def set_cap(self, user: int, cap: int | None) -> int:
        self.caps = {one: its for one, its in self.caps.items() if one != user}
        self.caps |= {user: cap} if cap else {}
        return self.fill(user)

    def set_default(self, cap: int, users: Iterable[int]) -> int:
        self.default = cap
        return sum(map(self.fill, users))

    def of(self, state: State) -> list[Job]:
        return [job for job in self.jobs.values() if job.state is state]

    def ring(self, lane: Lane) -> list[Job]:
        """Queued jobs in the order of their turns."""
        found = [job for job in self.of(State.QUEUED) if job.lane is lane]
        return sorted(found, key=lambda job: job.turn)
