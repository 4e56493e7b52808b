"""A worker's one loop: it waits for a free room, claims a job, and sleeps until there is news."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from procs.core import clock, log
from procs.core.machine import machine_name
from procs.core.process import Signals
from procs.errors import StoreAway, StoreError, StoreFull, remedies
from procs.records.job import Lane, Lease
from procs.store import wake
from procs.store.health import workers
from procs.store.jobs import leases, recovery
from procs.store.jobs.claimable import Claimable
from procs.store.machines import database_clock
from procs.store.server_absence import ABSENCE_PAUSE, ServerAbsence, until_back
from procs.store.wake import WakeSocket
from procs.worker.job_line import JobLine, LineHeads
from procs.worker.jobs import job_folder
from procs.worker.jobs.fetch_job import LEAVE
from procs.worker.look_timer import looks
from procs.worker.process.context import WorkerContext
from procs.worker.process.group_commit import Claiming, GroupCommit
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.running_jobs import RunningJobs

#: Seconds: the longest sleep without a query (a wake-up may be lost with its sender), and the
#: interval of heartbeats.
BACKSTOP = 1.0
BEAT = 15.0
REST_BEAT = 40.0  # with nothing to carry, while the database is at rest
RECYCLE = "recycle"
STOPPED = "stopped"
#: This machine was silent so long that others took its workers for gone.
FORGOTTEN = "forgotten"
#: Seconds between two checks whether the successor serves.
HANDOVER = 0.05


class WorkerLoop:
    """Runs jobs until drained, then lets the running ones finish."""

    def __init__(
        self,
        context: WorkerContext,
        wake_socket: WakeSocket,
        budget: JobBudget,
        signals: Signals,
        rooms: dict[Lane, int],
    ) -> None:
        self.context = context
        self.signals = signals
        self.db = context.db
        self.wake_socket = wake_socket
        self.budget = budget
        self.news = asyncio.Event()
        self.running_jobs = RunningJobs(context, rooms, self.note_ended)
        self.drained, self.cancelled = asyncio.Event(), asyncio.Event()
        self.absence = ServerAbsence(context.name)
        self.why = STOPPED
        #: Lanes named by wake-ups, or seen to have work, since the last claim.
        self.told: set[Lane] = set()
        self.line = JobLine(self.db, context.settings, context.worker)
        context.finishing = GroupCommit(self.db, self.line.most, self.claim_freed, self.start).end
        #: Whether the loop only waits for news; and whether this slot could not send lately.
        self.sleeps = self.barred = False
        #: When the next job becomes due, by the last query.
        self.due: float | None = None

    async def run(self) -> str:
        """Run until drained. Returns why it ended. Side loops end with it."""
        with self.wake_socket.listening(self.hear):
            await self.work()
        return self.why

    async def work(self) -> None:
        """Claim until drained, then settle; the side loops run beside it."""
        async with asyncio.TaskGroup() as side:
            steps = (self.beat(), self.obey(), self.renew_self(), self.context.progress.run())
            tasks = [side.create_task(step) for step in steps]
            while not self.drained.is_set():
                await self.claim_and_rest()
                if self.budget.is_over():
                    self.drain(RECYCLE)
            await self.settle()
            for task in tasks:
                task.cancel()

    async def claim_and_rest(self) -> None:
        """Claim, and sleep until there is news; while the server of the database is away, only
        sleep: the running jobs go on."""
        try:
            self.claim()
            await self.rest()
        except StoreAway as error:
            self.absence.note(error)
            await asyncio.sleep(ABSENCE_PAUSE)
        else:
            self.absence.end()

    def claim(self) -> None:
        """Claim jobs for the free rooms in the lanes for which it was woken, or which were seen
        before it slept, and wake another worker when there are more. An idle worker only reads."""
        told, self.told = self.told, set()
        self.note_barred()
        for lane in told:
            room = self.room(lane)
            self.start(self.claimed(lane, room) if room else ())
            full = self.running_jobs.free(lane) == 0 or not self.serves(lane)
            if full and self.line.ready(lane, local=False):
                wake.notify_idle(self.db.run, lanes=[lane])

    def note_barred(self) -> None:
        """Check whether this slot may send; what it passed over while it might not is seen anew."""
        if self.barred is not self.context.barred.is_set():
            self.barred, self.line.heads = self.context.barred.is_set(), LineHeads()

    def ready(self) -> tuple[Lane, ...]:
        """The lanes in which there is work, after the jobs that are due were queued."""
        self.note_barred()
        now, seen = clock.now(), self.offer()
        if seen.due is not None and seen.due <= now.wall:
            recovery.bring_due(self.db, now=now)
            seen = self.offer()
        self.due = seen.due
        return seen.ready

    def offer(self) -> Claimable:
        """The work that this worker may claim."""
        seen = self.line.look()
        if not self.barred and not machine_name.shared():
            return seen
        able = [n for n in seen.ready if self.line.ready(n, local=not self.serves(n))]
        return replace(seen, ready=tuple(able))

    def serves(self, lane: Lane) -> bool:
        """Whether this worker can do all work of a lane: a slot that may not sign in yet sends
        nothing. The result of a look is shown by the bot."""
        return not self.barred or lane in (Lane.LOOK, Lane.SOURCE)

    def room(self, lane: Lane) -> int:
        """How many jobs of a lane could be claimed now: no download starts while the disk is
        low."""
        room = self.running_jobs.free(lane)
        is_low = lane is Lane.HEAVY and room and job_folder.is_low(self.context.settings)
        return 0 if is_low else room

    def claimed(self, lane: Lane, room: int) -> list[Lease]:
        """Leases for the free rooms of a lane; none while the store is full."""
        try:
            return self.line.claim(lane, room, local=not self.serves(lane))
        except StoreFull as error:
            log.error("store.full", error=error, fix=remedies.FREE_SPACE)
            return []

    def claim_freed(self, freed: Mapping[Lane, int]) -> list[Claiming]:
        """The next jobs of lanes whose jobs end in the running transaction, which give back so many
        rooms; known behind it. Raises StoreFull, StoreAway."""
        if self.drained.is_set():
            return []
        return [
            self.line.claiming(lane, room, local=not self.serves(lane))
            for lane, more in freed.items()
            if (room := self.room(lane) + more) > 0
        ]

    def start(self, found: Sequence[Lease]) -> None:
        """Begin what was claimed."""
        self.budget.spend(len(found))
        for lease in found:
            self.running_jobs.start(lease)

    def note_ended(self, lease: Lease) -> None:
        """A job is over. There is nothing to look for where its room has the next one already, nor
        where its lane is empty and this worker was visible as idle for it all the while."""
        unseen = lease.lane not in self.wake_socket.visible or lease.job not in self.context.lasts
        self.context.lasts.discard(lease.job)
        if (self.running_jobs.free(lease.lane) and unseen) or self.budget.left <= 0:
            self.news.set()

    async def rest(self) -> None:
        """Sleep until there is news: a datagram, a job's end, a due time, a signal. Claimed jobs
        begin first; the worker registers as idle before it queries the table once more, so it does
        not sleep over a job that was added in between."""
        await asyncio.sleep(0)
        free = [lane for lane in Lane if self.room(lane)]
        self.wake_socket.rest([lane for lane in free if self.serves(lane)])
        if free and not self.news.is_set():
            self.db.changed()  # commits from here on count as a change
            self.told = set(free).intersection(self.ready())
            if self.told or self.is_due():
                return
        interval = HANDOVER if self.budget.leaving else BACKSTOP
        self.sleeps = True
        with looks(interval, partial(self.is_up, free), self.news.set):
            await self.news.wait()
        self.sleeps = False
        self.news.clear()

    def is_up(self, free: list[Lane]) -> bool:
        """Whether there may be work without a wake-up: a job whose sender died, a due time, a disk
        with space again, a spent budget. A sleeping worker asks this each second, so it reads next
        to nothing while nothing was committed."""
        if self.db.changed() or self.line.heads.is_owed():
            return True
        if self.budget.leaving or self.budget.is_over():
            return True
        full = self.running_jobs.free(Lane.HEAVY) and Lane.HEAVY not in free
        turned = self.barred is not self.context.barred.is_set()
        return bool(full) or turned or self.is_due()

    def is_due(self) -> bool:
        """Whether a job's instant has come since the last look."""
        return self.due is not None and self.due <= clock.now().wall

    def hear(self, words: set[bytes]) -> None:
        """Receive datagrams: there is work, or a job must stop. A worker that sleeps claims here:
        the task that waits for news would come two turns of the loop later."""
        lanes, stopped = wake.understood(words)
        for job in stopped:
            self.running_jobs.take_away(job, why="stop")
        self.told |= lanes
        told = self.told
        try:
            if self.sleeps and not self.drained.is_set():
                self.claim()
        except StoreError:  # the task meets it too, and handles it
            self.told |= told
        self.news.set()

    async def beat(self) -> None:
        """Renew the leases; learn which are lost and which jobs must stop."""
        while True:
            try:
                await until_back(f"{self.context.name} beat", self.renew)
            except StoreFull as error:
                log.warning("beat.unwritten", error=error)
            is_busy = self.running_jobs.jobs or self.db.rest() is None
            await asyncio.sleep(BEAT if is_busy else REST_BEAT)

    def renew(self) -> None:
        """One beat: renew the leases, compare them with what runs. Raises StoreError."""
        database_clock.follow(self.db)
        now, worker = clock.now(), self.context.worker
        rests = not self.running_jobs.jobs and self.db.rest() is not None
        with self.db.write(only=(), quiet=True):
            is_known = workers.beat(self.db, worker, jobs=self.budget.spent, now=now)
            renewed = [] if rests else leases.renew(self.db, worker=worker, now=now)
        if not is_known:
            self.budget.places.posts.free()
            self.drain(FORGOTTEN)
        self.context.tallies.write(self.db)
        self.context.clock_record.keep()
        self.running_jobs.match(renewed)

    def drain(self, why: str) -> None:
        """Claim no more jobs."""
        if not self.drained.is_set():
            self.why = why
            self.drained.set()
            self.news.set()
            try:
                workers.drain(self.db, self.context.worker, why=why)
            except StoreAway as error:  # the row says so when this worker leaves
                self.absence.note(error)
            running = len(self.running_jobs.jobs)
            log.info("worker.draining", worker=self.context.name, why=why, running=running)

    async def renew_self(self) -> None:
        """Recycle on HUP, as if the budget were spent."""
        await self.signals.renew.wait()
        log.info("worker.asked-to-recycle", worker=self.context.name)
        self.budget.left = 0
        self.news.set()

    async def obey(self) -> None:
        """Give the post away and drain at the first stop signal; take the jobs away at a second
        one, or at the end of the grace."""
        await self.signals.stop.wait()
        self.budget.places.posts.free()
        self.drain(STOPPED)
        try:
            async with asyncio.timeout(self.context.settings.drain_grace):
                await self.signals.now.wait()
        except TimeoutError:
            running = len(self.running_jobs.jobs)
            log.info("worker.impatient", worker=self.context.name, running=running)
        self.cancelled.set()

    async def settle(self) -> None:
        """Wait until the running jobs finish, or give them back when this is cancelled."""
        self.wake_socket.rise()
        settled = asyncio.create_task(self.running_jobs.wait_until_over())
        cancelled = asyncio.create_task(self.cancelled.wait())
        await asyncio.wait({settled, cancelled}, return_when=asyncio.FIRST_COMPLETED)
        cancelled.cancel()
        self.running_jobs.take_all(why=LEAVE)
        await settled
