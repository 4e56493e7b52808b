"""The jobs that a worker runs at this moment, and the rooms they occupy."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from procs.core import clock, log
from procs.records.job import Kind, Lane, Lease
from procs.store.jobs import leases
from procs.store.jobs.leases import RenewedLease
from procs.worker import fetch, settlement
from procs.worker.broadcast import broadcast_shift
from procs.worker.delivery_jobs import deliver
from procs.worker.jobs import link_check, look, site_trial, source_look
from procs.worker.jobs.fetch_job import LEASE_OVER, LEAVE
from procs.worker.process.context import WorkerContext

WORK: dict[Kind, settlement.Work] = {
    Kind.FETCH: fetch.fetch,
    Kind.DELIVER: deliver.deliver,
    Kind.LOOK: look.look,
    Kind.TRIAL: site_trial.try_out,
    Kind.SOURCE: source_look.look_at_source,
    Kind.BROADCAST: broadcast_shift.broadcast,
    Kind.CHECK: link_check.check,
}


@dataclass
class RunningJob:
    """One running job. `why` is why it was taken away: stop, lost, leave. A task that is cancelled
    before its first step never runs, and would keep its room for ever: until it has `begun`, it
    only finds `why`."""

    lease: Lease
    task: asyncio.Task[None] = field(init=False)
    why: str = ""
    begun: bool = False


class RunningJobs:
    """Rooms by lane, and the jobs in them."""

    def __init__(
        self, context: WorkerContext, rooms: dict[Lane, int], ended: Callable[[Lease], None]
    ) -> None:
        self.context = context
        self.rooms = rooms
        self.ended = ended
        self.jobs: dict[int, RunningJob] = {}
        #: Jobs whose lease was lost and claimed here anew before this was noticed.
        self.displaced: list[RunningJob] = []

    def free(self, lane: Lane) -> int:
        """The number of empty rooms of a lane. For a moment there may be a job too many: one that
        ended, and the next that was claimed with its end."""
        left = self.rooms[lane]
        for one in self.jobs.values():
            if one.lease.lane is lane:
                left -= 1
        for one in self.displaced:
            if one.lease.lane is lane:
                left -= 1
        return left if left > 0 else 0

    def start(self, lease: Lease) -> None:
        """Carry a lease in a task; an older lease of the same job is taken away first."""
        self._displace(lease.job)
        self.jobs[lease.job] = one = RunningJob(lease)
        one.task = asyncio.create_task(self._carry(one), name=f"job-{lease.job}")

    def _displace(self, job: int) -> None:
        """Take away what runs under an older lease of this job: its end must not be taken for that
        of the new one."""
        if job in self.jobs:
            self.take_away(job, why=LEASE_OVER)
            self.displaced.append(self.jobs.pop(job))

    def take_away(self, job: int, *, why: str) -> None:
        """Stop one job: the engine's processes die with its task."""
        one = self.jobs.get(job)
        if one and not one.why:
            one.why = why
            if one.begun:
                one.task.cancel(why)  # which decides about the job's folder

    def take_all(self, *, why: str) -> None:
        """Stop every running job."""
        for job in list(self.jobs):
            self.take_away(job, why=why)

    def match(self, renewed: Sequence[RenewedLease]) -> None:
        """Compare with the leases that a beat renewed: take away what is lost or is to stop, and
        give back what does not run. Such a claim was made, and its answer lost with the connection.
        """
        held = {one.job: one for one in renewed}
        for job, running in list(self.jobs.items()):
            mine = held.pop(job, None)
            if job in self.context.over:
                continue
            if mine is None or mine.fence != running.lease.fence:
                self.take_away(job, why=LEASE_OVER)
            elif mine.stop:
                self.take_away(job, why="stop")
        for one in held.values():
            if lease := leases.held(self.context.db, one.job, one.fence):
                log.warning("job.unstarted", job=one.job, worker=self.context.name)
                leases.release(self.context.db, lease, now=clock.now())

    async def wait_until_over(self) -> None:
        """Wait until all jobs are over."""
        while running := [*self.jobs.values(), *self.displaced]:
            await asyncio.wait([one.task for one in running])

    async def _carry(self, one: RunningJob) -> None:
        began, lease = clock.now().boot, one.lease
        one.begun = True
        try:
            if one.why:
                raise asyncio.CancelledError(one.why)
            result = await settlement.carry(self.context, lease, WORK[lease.kind])
        except asyncio.CancelledError:
            result = await self._settle_taken(one)
        finally:
            self._forget(one)
            self.ended(lease)
        self.context.tallies.ran(lease.kind, result, clock.now().boot - began)
        if result == settlement.DONE and lease.lane == Lane.HEAVY:
            self.context.tallies.did_download()

    def _forget(self, one: RunningJob) -> None:
        if self.jobs.get(one.lease.job) is one:
            del self.jobs[one.lease.job]
        else:
            self.displaced.remove(one)

    async def _settle_taken(self, one: RunningJob) -> str:
        """Settle a job that was taken away. Returns what became of it."""
        if one.why == "stop":
            end = settlement.end_cancelled
        elif one.why == LEAVE:
            end = settlement.give_back
        else:
            return settlement.LOST
        return await settlement.write_outcome(partial(end, self.context, one.lease))
