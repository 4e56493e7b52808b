"""A worker: it claims, carries several jobs at once, beats, obeys, gives back, and recycles.

Its acts are those of `procs.worker.loop` and `running_jobs`, without their event loop: which of its
jobs goes on next, and whether a beat comes before it, is drawn.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from procs.core import clock
from procs.records.job import Lane, Lease
from procs.store.health import workers
from procs.store.jobs import claimable, leases, recovery
from procs.telegram.pace import Pace
from procs.worker import settlement
from procs.worker.process.context import WorkerContext
from procs.worker.process.group_commit import JobEnd
from procs.worker.process.progress_writer import ProgressWriter
from tests.simulation.actor import Actor
from tests.simulation.courier import SimulatedCourier
from tests.simulation.machine import Until
from tests.simulation.scheduler import Killed
from tests.simulation.work import carried
from tests.simulation.world import ROOMS

ROOM = {Lane.LIGHT: 2, Lane.HEAVY: 2, Lane.LOOK: 1, Lane.ENCODE: 1, Lane.SOURCE: 1}
#: Acts of a busy worker, and how often each is drawn.
ACTS = {"go_on": 24, "claim": 4, "beat": 1, "give_back": 3, "recycle": 1}
#: How often a job that waits for nothing goes on before anything else of its worker.
AT_ONCE = 0.8
BEAT = 15.0


@dataclass
class RunningTask:
    """A job that is carried: it goes on at a boot instant."""

    lease: Lease
    coroutine: Any = None
    at: float = 0.0
    begun: bool = False
    #: Why it was taken away.
    why: str = ""


class FreeTurns:
    """Stands for the turns that broadcasts of one worker wait for in its event loop, which is not
    here: each has one at once, and what is spent is decided in the database."""

    async def take(self, *_: Any) -> None:
        """At once."""

    def pass_on(self) -> None:
        """To nobody."""


class WorkerActor(Actor):
    """One slot, served by one process after another."""

    def begin(self) -> None:
        self.life = f"w{self.index:02d}-{self.pid}"
        self.worker = workers.enter(self.db, self.life, now=self.now())
        workers.serve(self.db, self.worker, slot=self.index, now=self.now())
        parts = (self.world.settings, self.db, self.worker, self.life, ProgressWriter(self.db))
        courier, pace = cast(Any, SimulatedCourier(self, self.index)), Pace(self.db)
        pace.last = cast(Any, FreeTurns())
        self.context = WorkerContext(*parts, cast(Any, None), courier, pace)
        self.context.finishing = self.finishing
        self.beaten = self.now().boot

    def forget(self) -> None:
        super().forget()
        self.tasks: dict[int, RunningTask] = {}
        self.drained = False

    def bury(self) -> None:
        for task in self.tasks.values():
            try:
                task.coroutine.close()
            except Killed:
                continue

    def act(self) -> None:
        if self.calm:
            return self.work_all()
        names, weights = zip(*ACTS.items(), strict=True)
        name = self.random.choices(names, weights)[0]
        return getattr(self, name)()

    # Acts

    def work_all(self) -> None:
        """Everything there is to do, once."""
        if self.now().boot - self.beaten > BEAT:
            self.beat()
        self.claim()
        for task in list(self.tasks.values()):
            if task.at <= self.now().boot:
                self.resume(task)

    def claim(self) -> None:
        """As `WorkerLoop.claim`."""
        now, seen = self.now(), claimable.look(self.db, most=ROOMS)
        if seen.due is not None and seen.due <= now.wall:
            recovery.bring_due(self.db, now=now)
            seen = claimable.look(self.db, most=ROOMS)
        for lane in seen.ready:
            if room := self.free(lane):
                self.start(self.claimed(lane, room))

    def claimed(self, lane: Lane, room: int) -> list[Lease]:
        most = ROOMS if lane is Lane.HEAVY else leases.ENDLESS
        facts = {"lane": lane, "room": room, "most": most, "now": clock.now()}
        return leases.claim(self.db, worker=self.worker, **facts)

    def start(self, found: list[Lease]) -> None:
        """As `RunningJobs.start`: what runs under an older lease of a job is taken away once the
        new one is there, else a drained worker would leave with that."""
        displaced = [old for lease in found if (old := self.tasks.get(lease.job))]
        for lease in found:
            self.leases[lease.job] = lease.fence
            self.tasks[lease.job] = task = RunningTask(lease)
            task.coroutine = self.carry(task)
        if found:
            self.says(f"has claimed {', '.join(map(name_of, found))}")
        for old in displaced:
            self.take_away(old, "lost")

    def free(self, lane: Lane) -> int:
        taken = sum(task.lease.lane is lane for task in self.tasks.values())
        return max(0, ROOM[lane] - taken)

    async def finishing(self, end: JobEnd) -> None:
        """As `GroupCommit`, of one: the end of a job and the next claim in one transaction."""
        found: list[Lease] = []
        lane = end.lane
        with self.db.write(full=True, only=leases.names(end.lease, lane, ROOM[lane])):
            end.write()
            if not self.drained and self.free(lane) + end.freed > 0:
                found = self.claimed(lane, self.free(lane) + end.freed)
        self.start(found)

    def go_on(self) -> None:
        ready = [task for task in self.tasks.values() if task.at <= self.now().boot]
        if not ready:
            return self.claim() if not self.tasks else None
        return self.resume(self.random.choice(ready))

    def resume(self, task: RunningTask) -> None:
        """Let a job go on to where it waits, or to its end."""
        self.says(f"goes on with {name_of(task.lease)}")
        taken = asyncio.CancelledError(task.why) if task.why and task.begun else None
        task.begun = True
        try:
            waits = task.coroutine.throw(taken) if taken else task.coroutine.send(None)
            while waits.at <= self.now().boot and self.random.random() < AT_ONCE:
                waits = task.coroutine.send(None)
        except StopIteration:
            self.over(task)
        else:
            assert isinstance(waits, Until)
            task.at = waits.at

    def take_away(self, task: RunningTask, why: str) -> None:
        """As `RunningJobs.take_away`."""
        if not task.why:
            self.says(f"takes {name_of(task.lease)} away: {why}")
            task.why = why
            self.resume(task)

    def over(self, task: RunningTask) -> None:
        job = task.lease.job
        if self.tasks.get(job) is task:
            del self.tasks[job]
        if self.leases.get(job) == task.lease.fence:
            del self.leases[job]
        if self.drained and not self.tasks:
            self.depart()

    async def carry(self, task: RunningTask) -> str:
        """As `RunningJobs._carry`."""
        lease = task.lease
        try:
            if task.why:
                raise asyncio.CancelledError(task.why)
            return await settlement.carry(self.context, lease, partial(carried, self))
        except asyncio.CancelledError:
            ends = {"stop": settlement.end_cancelled, "leave": settlement.give_back}
            end = ends.get(task.why)
            if end is None:
                return settlement.LOST
            return await settlement.write_outcome(partial(end, self.context, lease))

    def beat(self) -> None:
        """As `WorkerLoop.renew`."""
        now = self.now()
        self.beaten = now.boot
        self.says("beats")
        self.context.progress.flush()
        workers.beat(self.db, self.worker, jobs=len(self.tasks), now=now)
        held = {one.job: one for one in leases.renew(self.db, worker=self.worker, now=now)}
        for job, task in list(self.tasks.items()):
            mine = held.get(job)
            if mine is None or mine.fence != task.lease.fence:
                self.take_away(task, "lost")
            elif mine.stop:
                self.take_away(task, "stop")

    def give_back(self) -> None:
        """A second signal: what runs is left to others."""
        if self.tasks and self.random.random() < 0.3:
            task = self.random.choice(list(self.tasks.values()))
            self.take_away(task, "leave")

    def recycle(self) -> None:
        if self.random.random() < 0.2 and not self.drained:
            self.drained = True
            workers.drain(self.db, self.worker, why="recycle")
            if not self.tasks:
                self.depart()

    def depart(self) -> None:
        """The process leaves, and another one takes its slot."""
        self.says("leaves, to be followed by a fresh one")
        workers.leave(self.db, self.worker, why="recycle", now=self.now())
        raise Killed


def name_of(lease: Lease) -> str:
    return f"job {lease.job} ({lease.kind}, fence {lease.fence})"
