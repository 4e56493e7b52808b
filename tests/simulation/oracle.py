"""The judge: what must hold after each commit, after a power cut, and at the end."""

from typing import Any

from procs.records.job import State
from procs.store.backups.invariants import audit
from procs.store.jobs.delivery_order import ORDER_TIMEOUT
from tests.simulation.disk import Disk
from tests.simulation.scheduler import Violation
from tests.simulation.stepped_connection import table

JOBS = "SELECT id, state, fence, worker, lane, at, progress FROM jobs"
REQUESTS = "SELECT id, state, closed_at IS NOT NULL FROM requests"
#: Whether nothing may be claimed; and the process of a worker.
ALL_PAUSED = "SELECT 1 FROM pauses WHERE scope = 'all'"
PROCESS = "SELECT pid, boot FROM workers WHERE id = :worker"
#: The lane of a job; and a pause of everything, or of its user.
LANE = """
SELECT jobs.lane, requests.received_at FROM jobs JOIN requests ON requests.job = jobs.id
 WHERE jobs.id = :job
"""
PAUSED = """
SELECT 1 FROM pauses JOIN jobs ON jobs.id = :job
 WHERE scope IN ('all', 'user:' || jobs.user_id)
"""
#: Entries of a list that are not over; and those before another one that are on their way, with the
#: stories of both deliveries' jobs.
OPEN_ENTRIES = "SELECT id FROM requests WHERE parent = :request AND state = 'open'"
BEFORE = f"""
SELECT e.id, j.story, own.story FROM requests r
  JOIN requests e ON e.parent = r.parent AND e.place < r.place AND e.state = 'open'
  JOIN jobs j ON j.id = e.job AND j.state IN ({State.QUEUED}, {State.LEASED}, {State.WAITING})
  JOIN jobs own ON own.id = r.job
 WHERE r.id = :request
"""
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
        #: The instants at which leases end, and how far their work has come, by job.
        self.ends: dict[int, float] = {}
        self.progress: dict[int, str] = {}
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
        before, line, ends, progress = self.jobs, self.line, self.ends, self.progress
        self.read_jobs()
        for places in line.values():
            self.judge_line(places)
        for job, old in before.items():
            new = self.jobs.get(job)
            if new != old:
                judge_job(actor, job, old, new)
                self.judge_lease(actor, job, old, new, ends.get(job, 0.0))
            elif self.progress.get(job) != progress.get(job) and actor.leases.get(job) != old[1]:
                raise Violation("a lease was written by who does not hold it", f"job {job}")
        for job in self.jobs.keys() - before.keys():
            judge_job(actor, job, (int(State.QUEUED), 0, None), self.jobs[job])
            self.judge_at_once(actor, job, line)

    def judge_lease(
        self, actor: Any, job: int, old: tuple[Any, ...], new: tuple[Any, ...] | None, end: float
    ) -> None:
        """Whether a lease began in a pause of everything, or was taken from a worker that lives
        before its end."""
        machine, reader = actor.world.machine, self.disk.reader
        if new and new[0] == State.LEASED != old[0] and reader.all(ALL_PAUSED):
            raise Violation("claimed in a pause", f"job {job} by {actor.name}")
        taken = new and old[0] == State.LEASED and new[1] > old[1] and end > machine.boot
        if taken and kind(actor) == KEEPER:
            for pid, boot in reader.all(PROCESS, {"worker": old[2]}):
                if boot == machine.boot_id() and machine.start_of(pid):
                    left = f"{end - machine.boot:.1f} s before its end"
                    raise Violation("a lease was taken back early", f"job {job}, {left}")

    def judge_at_once(self, actor: Any, job: int, before: Line) -> None:
        """Whether a job that was claimed as it was added passed one with an earlier place that was
        in the line of its lane before, or a pause. One that was given back while the bot waited at
        the gate has a later one. Raises Violation."""
        if self.jobs[job][0] != State.LEASED:
            return
        ((lane, place),) = self.disk.reader.all(LANE, {"job": job})
        both = before.get(lane, {}).keys() & self.line.get(lane, {}).keys()
        if waiting := [one for one in both if before[lane][one] < (place, job)]:
            raise Violation("claimed before its turn", f"job {job}, {min(waiting)} waits")
        if self.disk.reader.all(PAUSED, {"job": job}):
            raise Violation("claimed in a pause", f"job {job} by {actor.name}")

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
            elif new[0] != state == "open":
                self.judge_end(actor, request, new[0])

    def judge_end(self, actor: Any, request: int, state: str) -> None:
        """Whether a list ended before its entries, or an entry was delivered before one that was on
        its way already when it came; not where it waited for that as long as it should."""
        facts = {"request": request}
        if left := self.disk.reader.all(OPEN_ENTRIES, facts):
            raise Violation("a list is over before its entries", f"request {request}: {left}")
        if state == "delivered":
            for entry, story, own in self.disk.reader.all(BEFORE, facts):
                came, waited = instant(own, 0), actor.world.machine.wall - instant(own, 0)
                if instant(story, -1) < came and waited < ORDER_TIMEOUT:
                    raise Violation("out of order", f"request {request} before {entry}")

    def read_jobs(self) -> None:
        self.jobs, self.line, self.ends, self.progress = {}, {}, {}, {}
        for job, state, fence, worker, lane, at, progress in self.disk.reader.all(JOBS):
            self.jobs[job] = (state, fence, worker)
            if state == State.LEASED:
                self.ends[job], self.progress[job] = at, progress
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


def instant(story: str, line: int) -> float:
    """The wall instant of a line of a job's story."""
    return float(story.strip().splitlines()[line].partition(" ")[0])


def kind(actor: Any) -> str:
    return str(actor.name).partition("-")[0]
