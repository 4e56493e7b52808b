"""The judge: what must hold after each commit, after a power cut, and at the end."""

from typing import Any

from procs.records.job import State
from procs.store.backups.invariants import audit
from tests.simulation.disk import Disk
from tests.simulation.scheduler import Violation
from tests.simulation.stepped_connection import table

JOBS = "SELECT id, state, fence, worker, lane, at FROM jobs"
REQUESTS = "SELECT id, state, closed_at IS NOT NULL FROM requests"
#: The tables of which the invariants speak, and those whose rows move by rules.
AUDITED = frozenset({"jobs", "requests", "pauses", "progress", "workers", "media", "media_keys"})
AUDITED |= {"users", "settings"}
OVER = int(State.DONE)
#: Who may do what: by the name of an actor without its number.
KEEPER, ADMIN = "keeper", "admin"

Jobs = dict[int, tuple[int, int, int | None]]
#: Who stands in line: of each job the place, which is its instant and then its number.
Line = dict[int, dict[int, tuple[float, int]]]
Requests = dict[int, tuple[str, bool]]


class Oracle:
    """Knows the rows as they were committed last, and what people were told."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.jobs: Jobs = {}
        #: By lane.
        self.line: Line = {}
        self.requests: Requests = {}
        #: Users whose cap was lowered while they had jobs.
        self.lowered: set[int] = set()
        #: Requests that people were told are taken, or cancelled.
        self.taken: set[int] = set()
        self.cancelled: set[int] = set()
        self.audits = 0

    @property
    def open(self) -> int:
        """Requests on the way."""
        return sum(state == "open" for state, _ in self.requests.values())

    # After each commit

    def after_commit(self, actor: Any, wrote: set[str]) -> None:
        """Raises Violation."""
        tables = {table(sql) for sql in wrote}
        if tables & AUDITED:
            self.audit()
        if "jobs" in tables:
            self.judge_jobs(actor)
        if "requests" in tables:
            self.judge_requests(actor)

    def audit(self) -> None:
        self.audits += 1
        reader = self.disk.reader
        reader.all("BEGIN")
        found = audit(reader, lowered=self.lowered)
        reader.all("COMMIT")
        if found:
            raise Violation(f"invariant: {found[0].partition(':')[0]}", "; ".join(found))

    def judge_jobs(self, actor: Any) -> None:
        before, line = self.jobs, self.line
        self.read_jobs()
        for places in line.values():
            self.judge_line(places)
        for job, old in before.items():
            new = self.jobs.get(job)
            if new != old:
                judge_job(actor, job, old, new)
        for job in self.jobs.keys() - before.keys():
            judge_job(actor, job, (int(State.QUEUED), 0, None), self.jobs[job])

    def judge_line(self, places: dict[int, tuple[float, int]]) -> None:
        """Who stood in the line of a lane and was claimed, beside who stands there still."""
        states = {job: self.jobs[job][0] for job in places if job in self.jobs}
        claimed = [places[job] for job, state in states.items() if state == State.LEASED]
        left = [places[job] for job, state in states.items() if state == State.QUEUED]
        if claimed and left and min(left) < max(claimed):
            raise Violation(
                "claimed before its turn", f"job {max(claimed)[1]}, {min(left)[1]} waits"
            )

    def judge_requests(self, actor: Any) -> None:
        before, self.requests = self.requests, self.read_requests()
        for request, (state, closed) in before.items():
            new = self.requests.get(request)
            if new is None:
                if kind(actor) != KEEPER or not closed or state == "open":
                    raise Violation("a request is lost", f"request {request} was {state}")
                self.taken.discard(request)
                self.cancelled.discard(request)
            elif new[0] != state and state != "open" and kind(actor) != ADMIN:
                raise Violation(
                    "what was over is not", f"request {request} was {state}, is {new[0]}"
                )
            elif new[0] == "open" != state:
                self.cancelled.discard(request)

    def read_jobs(self) -> None:
        self.jobs, self.line = {}, {}
        for job, state, fence, worker, lane, at in self.disk.reader.all(JOBS):
            self.jobs[job] = (state, fence, worker)
            if state == State.QUEUED:
                self.line.setdefault(lane, {})[job] = (at, job)

    def read_requests(self) -> Requests:
        rows = self.disk.reader.all(REQUESTS)
        return {request: (state, bool(closed)) for request, state, closed in rows}

    # After a power cut

    def after_cut(self) -> None:
        """What people were told before it still holds. Raises Violation."""
        self.audit()
        self.read_jobs()
        self.requests = self.read_requests()
        if lost := self.taken - self.requests.keys():
            raise Violation("a power cut lost an accepted request", f"{sorted(lost)}")
        again = [one for one in self.cancelled if self.requests.get(one, ("",))[0] == "open"]
        if again:
            raise Violation("a power cut brought back what was cancelled", f"{again}")

    # What is told

    def tell_taken(self, request: int) -> None:
        self.taken.add(request)

    def tell_cancelled(self, request: int) -> None:
        self.cancelled.add(request)


def judge_job(actor: Any, job: int, old: tuple[Any, ...], new: tuple[Any, ...] | None) -> None:
    """Whether a row may have moved so in one transaction of this actor. Raises Violation."""
    state, fence, worker = old
    if new is None:
        if state < OVER or kind(actor) != KEEPER:
            raise Violation("a job is lost", f"job {job}")
        return
    if new[1] < fence:
        raise Violation("a fence went back", f"job {job}: {fence}, {new[1]}")
    if state >= OVER > new[0] and kind(actor) != ADMIN:
        raise Violation("what was over is not", f"job {job}")
    ends = state == State.LEASED and new != old and new[1] == fence
    if ends and actor.leases.get(job) != fence:
        raise Violation(
            "a lease was ended by who does not hold it",
            f"job {job} fence {fence} of worker {worker}, by {actor.name}",
        )
    if new[0] == State.LEASED and new != old and new[1] != fence + 1:
        raise Violation("a claim without a new fence", f"job {job}")
    if state == State.LEASED and new[1] > fence and kind(actor) != KEEPER:
        raise Violation("a lease was taken away", f"job {job} by {actor.name}")


def kind(actor: Any) -> str:
    return str(actor.name).partition("-")[0]
