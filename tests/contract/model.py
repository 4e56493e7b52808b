"""The lease table as it is meant, in plain Python: no SQL, no transactions, one user of it.

What the store does must look like this from outside: the same states, seats, fences and turns.
"""

from collections import Counter
from collections.abc import Iterable

from procs.records.job import Ask, Kind, Lane, Lease, State
from procs.store.jobs.leases import ENDLESS, LEASE
from procs.store.jobs.recovery import BLAME, ENOUGH, LATELY, MANY
from tests.contract.model_table import Job, Request, Table

BADLY = {State.FAILED, State.CANCELLED, State.DEAD}


class Model(Table):
    """The rules. The caller sets `now` before each step."""

    # Asking

    def submit(self, asks: Iterable[Ask]) -> list[str]:
        outcomes = []
        for ask in asks:
            request = Request(len(self.requests) + 1, ask)
            self.requests[request.id] = request
            outcomes.append(self.attach(request))
        return outcomes

    def attach(self, request: Request) -> str:
        link = request.ask.link
        if link.key in self.known:
            self.deliver(request)
            return "cached"
        mark = f"fetch:{link.key}:{link.variant}"
        twin = next((j for j in self.jobs.values() if j.mark == mark and not j.state.over), None)
        if twin is None:
            job = self.add(request.ask.user, Lane.HEAVY, Kind.FETCH, link.site, mark)
            request.job = job.id
            return "queued"
        self.join(twin, request.ask.user)
        request.job = twin.id
        return "joined"

    def join(self, job: Job, user: int) -> None:
        """A second user's free seat helps a job that waits; a job that is stopping goes on."""
        seat = self.free(user, Lane.HEAVY)
        if job.state is State.WAITING and seat and not self.paused(user, ""):
            job.user = user
            self.queue(job, seat)
        if job.state is State.LEASED:
            job.stop = False

    def add(self, user: int, lane: Lane, kind: Kind, site: str, mark: str) -> Job:
        job = Job(max(self.jobs, default=0) + 1, user, lane, kind, site, mark)
        self.jobs[job.id] = job
        self.sit(job)
        return job

    def deliver(self, request: Request) -> None:
        mark = f"deliver:{request.id}"
        job = self.add(request.ask.user, Lane.LIGHT, Kind.DELIVER, "", mark)
        job.request = request.id
        request.job = job.id

    def waiting_for(self, job: int) -> list[Request]:
        return [r for r in self.requests.values() if r.job == job and r.state == "open"]

    # Leases

    def claim(self, worker: int, lane: Lane, room: int, most: int = ENDLESS) -> list[Job]:
        leased = sum(job.lane is lane for job in self.of(State.LEASED))
        found = self.ring(lane)[: max(0, min(room, most - leased))]
        if "all" in self.pauses:
            return []
        for job in found:
            job.state, job.worker, job.at = State.LEASED, worker, self.now.boot + LEASE
            job.fence += 1
            job.attempt += 1
        return found

    def beat(self, worker: int) -> set[tuple[int, int, bool]]:
        mine = [job for job in self.of(State.LEASED) if job.worker == worker]
        for job in mine:
            job.at = self.now.boot + LEASE
        return {(job.id, job.fence, job.stop) for job in mine}

    def held(self, lease: Lease) -> Job | None:
        """The job of a lease that still counts."""
        job = self.jobs.get(lease.job)
        return job if job and (job.state, job.fence) == (State.LEASED, lease.fence) else None

    def fetched(self, job: Job, key: str) -> None:
        self.leave(job, State.DONE)
        self.media += 1
        self.known[key] = self.media
        for request in self.waiting_for(job.id):
            self.deliver(request)

    def delivered(self, job: Job) -> None:
        self.leave(job, State.DONE)
        if (request := self.requests[job.request]).state == "open":
            request.state = "delivered"

    def stale(self, job: Job, media: int) -> None:
        """Telegram no longer has the media of a delivery."""
        self.leave(job, State.DONE)
        self.known = {key: number for key, number in self.known.items() if number != media}
        self.attach(self.requests[job.request])

    def fail(self, job: Job) -> None:
        self.leave(job, State.FAILED)
        self.settle(job.id, "failed")

    def settle(self, job: int, state: str) -> None:
        for request in self.waiting_for(job):
            request.state = state

    def retry(self, job: Job, *, delay: float, free: bool) -> None:
        job.attempt -= free
        self.leave(job, State.CANCELLED if job.stop else State.LATER, at=self.now.wall + delay)

    def postpone(self, job: Job, *, delay: float) -> None:
        """Later, on its seat."""
        if job.stop:
            return self.leave(job, State.CANCELLED)
        job.attempt -= 1
        job.state, job.worker, job.at = State.LATER, None, self.now.wall + delay

    def release(self, job: Job) -> None:
        if job.stop:
            return self.leave(job, State.CANCELLED)
        job.attempt -= 1
        self.give_back(job)

    def give_back(self, job: Job) -> None:
        """Queued again on its seat, unless a pause holds it."""
        self.queue(job, job.seat or 0)
        if self.paused(job.user, job.site):
            self.leave(job, State.HELD)

    # What nobody works on

    def take_back(self, jobs: Iterable[Job]) -> int:
        """Which heir gets which of several freed seats is not promised; here by worker, job."""
        taken = sorted(jobs, key=lambda job: (job.lane, job.worker or 0, job.id))
        together = Counter(job.worker for job in taken if job.lane is Lane.HEAVY)
        for job in taken:
            share = 1 / together[job.worker] if job.lane is Lane.HEAVY else 0.0
            job.fence += 1
            if job.stop:
                self.leave(job, State.CANCELLED)
                continue
            job.deaths += job.lane is Lane.HEAVY
            job.blame += share
            if job.lane is Lane.HEAVY and self.suspected(job):
                self.settle(job.id, "failed")
                self.leave(job, State.DEAD)
            else:
                job.attempt -= 1
                self.give_back(job)
        return len(taken)

    def suspected(self, job: Job) -> bool:
        """Whether it killed its workers itself: not when others died lately without it."""
        lately = sum(at > self.now.wall - LATELY for at in self.died_at)
        without = max(0, lately - (job.deaths - 1))
        enough = job.deaths >= max(MANY, min(without, ENOUGH))
        return enough or job.blame >= BLAME + without

    def reap(self) -> int:
        return self.take_back(job for job in self.of(State.LEASED) if job.at < self.now.boot)

    def release_dead(self) -> int:
        freed = 0
        for worker in sorted(self.dead):
            freed += self.take_back(j for j in self.of(State.LEASED) if j.worker == worker)
            self.died_at.append(self.now.wall)
        self.dead.clear()
        return freed

    def bring_due(self) -> int:
        due = [job for job in self.of(State.LATER) if job.at <= self.now.wall]
        for job in sorted(due, key=lambda job: (job.at, job.id)):
            self.give_back(job) if job.seat else self.sit(job)
        return sum(job.state is State.QUEUED for job in due)

    # Wishes

    def cancel(self, request: Request, user: int) -> bool:
        if request.state != "open" or request.ask.user != user:
            return False
        request.state = "cancelled"
        if not self.waiting_for(request.job):
            self.stop(self.jobs[request.job])
        return True

    def cancel_job(self, job: Job) -> bool:
        if job.state.over:
            return False
        self.settle(job.id, "cancelled")
        self.stop(job)
        return True

    def stop(self, job: Job) -> None:
        if job.state is State.LEASED:
            job.stop = True
        else:
            self.leave(job, State.CANCELLED)

    def revive(self, job: Job) -> bool:
        alive = any(j.mark == job.mark and not j.state.over for j in self.jobs.values())
        ended = "cancelled" if job.state is State.CANCELLED else "failed"
        left = [r for r in self.requests.values() if (r.job, r.state) == (job.id, ended)]
        if alive or job.state not in BADLY or not left:
            return False
        job.attempt, job.deaths, job.blame, job.stop = 0, 0, 0.0, False
        for request in left:
            request.state = "open"
        self.sit(job)
        return True

    def pause(self, scope: str) -> int:
        self.pauses.add(scope)
        pending = [*self.ring(Lane.LIGHT), *self.ring(Lane.HEAVY), *self.of(State.WAITING)]
        hit = [job for job in pending if scope in (f"user:{job.user}", f"site:{job.site}")]
        seats = [(job.user, job.lane, job.seat) for job in hit if job.state is State.QUEUED]
        for job in hit:
            job.state, job.seat = State.HELD, None
        for user, lane, seat in seats:
            self.hand_on(user, lane, seat or 0)
        return len(hit)

    def resume(self, scope: str) -> int:
        self.pauses.discard(scope)
        held = sorted(self.of(State.HELD), key=lambda job: job.id)
        back = [job for job in held if scope in (f"user:{job.user}", f"site:{job.site}")]
        for job in back:
            self.sit(job)
        return len(back)

    def prune(self, before: float) -> int:
        """All but the newest job, whose number must not be used again."""
        old = [j.id for j in self.jobs.values() if j.state.over and j.at < before]
        gone = [number for number in old if number != max(self.jobs)]
        for number in gone:
            del self.jobs[number]
        return len(gone)
