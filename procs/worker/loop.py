"""A worker's one loop: room first, then a job, then rest until there is news."""

import asyncio
from dataclasses import replace

from procs.core import clock, log
from procs.core.process import Signals
from procs.errors import StoreFull, remedies
from procs.records.job import Lane
from procs.store import wake
from procs.store.health import workers
from procs.store.jobs import claimable, leases, recovery
from procs.store.jobs.claimable import Claimable
from procs.store.wake import WakeSocket
from procs.worker.jobs import job_folder
from procs.worker.process.context import WorkerContext
from procs.worker.process.recycle_policy import JobBudget
from procs.worker.running_jobs import RunningJobs

#: Seconds: the longest sleep without looking (a wake-up may be lost with its sender), and a beat.
BACKSTOP = 1.0
BEAT = 15.0
RECYCLE = "recycle"
STOPPED = "stopped"
#: Seconds between two looks whether the successor serves.
HANDOVER = 0.05


class WorkerLoop:
    """Carries jobs until drained, then lets the running ones finish."""

    def __init__(
        self,
        tools: WorkerContext,
        wake_socket: WakeSocket,
        budget: JobBudget,
        signals: Signals,
        rooms: dict[Lane, int],
    ) -> None:
        self.tools = tools
        self.signals = signals
        self.db = tools.db
        self.wake_socket = wake_socket
        self.budget = budget
        self.news = asyncio.Event()
        heavy_most = tools.settings.max_concurrent_downloads
        self.most = dict.fromkeys(Lane, leases.ENDLESS) | {Lane.HEAVY: heavy_most}
        self.running_jobs = RunningJobs(tools, rooms, self.news.set)
        self.drained = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.why = STOPPED
        #: Lanes that somebody told of work in, since the last claim.
        self.told: set[Lane] = set()
        #: Whether this slot could not send, when that was looked at last.
        self.barred = False
        #: When the next job becomes due, as the last look showed.
        self.due: float | None = None

    async def run(self) -> str:
        """Returns why it ended. Side loops end with it."""
        with self.wake_socket.listening(self.hear):
            await self.work()
        return self.why

    async def work(self) -> None:
        async with asyncio.TaskGroup() as side:
            tasks = [
                side.create_task(step)
                for step in (
                    *(self.beat(), self.obey(), self.renew_self()),
                    self.tools.desk.run(),
                )
            ]
            while not self.drained.is_set():
                self.claim()
                await self.rest()
                if self.budget.is_over():
                    self.drain(RECYCLE)
            await self.settle()
            for task in tasks:
                task.cancel()

    def claim(self) -> None:
        """Fill the free rooms; pass the word on when there is more than we can take. Who was told
        of work goes for it without a look, which would make it begin a tenth later."""
        told, self.told = self.told, set()
        self.barred = self.tools.barred.is_set()
        # Looked at before: an idle worker that only looks does not stand at the writers' gate.
        for lane in told or self.ready():
            room = self.room(lane)
            for lease in self.claimed(lane, room) if room else ():
                self.running_jobs.start(lease)
            full = self.running_jobs.free(lane) == 0 or not self.serves(lane)
            if full and leases.ready(self.db, lane):
                wake.notify_idle(self.db.run, lanes=[lane])

    def ready(self) -> tuple[Lane, ...]:
        """The lanes in which there is work, after what is due by now was queued."""
        now, seen = clock.now(), self.offer()
        if seen.due is None or seen.due > now.wall:
            return seen.ready
        recovery.bring_due(self.db, now=now)
        return self.offer().ready

    def offer(self) -> Claimable:
        """What there is to do for us."""
        seen = claimable.look(self.db, most=self.most[Lane.HEAVY])
        if not self.barred:
            return seen
        able = [n for n in seen.ready if self.serves(n) or leases.ready(self.db, n, local=True)]
        return replace(seen, ready=tuple(able))

    def serves(self, lane: Lane) -> bool:
        """Whether we can do all work of a lane: a slot that may not sign in yet sends nothing. A
        look is shown by the bot."""
        return lane in (Lane.LOOK, Lane.SOURCE) or not self.barred

    def room(self, lane: Lane) -> int:
        """Jobs of a lane that could be taken now: no download starts while the disk is low."""
        room = self.running_jobs.free(lane)
        return 0 if lane is Lane.HEAVY and room and job_folder.is_low(self.tools.settings) else room

    def claimed(self, lane: Lane, room: int) -> list[leases.Lease]:
        try:
            found = leases.claim(
                self.db,
                worker=self.tools.worker,
                lane=lane,
                room=room,
                now=clock.now(),
                most=self.most[lane],
                local=not self.serves(lane),
            )
        except StoreFull as error:
            log.error("store.full", error=error, fix=remedies.FREE_SPACE)
            return []
        self.budget.spend(len(found))
        return found

    async def rest(self) -> None:
        """Sleep until there is news: a datagram, a job's end, a due time, a signal.

        What was claimed begins first. Then the name is left among the idle, and the table looked at
        once more after that, so a job added in between is not slept over.
        """
        await asyncio.sleep(0)
        free = [lane for lane in Lane if self.room(lane)]
        self.wake_socket.rest([lane for lane in free if self.serves(lane)])
        if free and not self.news.is_set():
            self.db.changed()  # what is committed from here on is seen as a change
            offer = self.offer()
            self.due = offer.due
            if set(free).intersection(offer.ready) or self.is_due():
                return
        while not self.news.is_set():
            try:
                async with asyncio.timeout(HANDOVER if self.budget.leaving else BACKSTOP):
                    await self.news.wait()
            except TimeoutError:
                if self.is_up(free):
                    break
        self.news.clear()

    def is_up(self, free: list[Lane]) -> bool:
        """Whether there may be something to do that nobody told us of: a job whose teller died, a
        due time, a disk with room again, a budget that is spent. Asked each second by a worker that
        sleeps, so it reads next to nothing while nothing was committed."""
        if self.db.changed() or self.budget.leaving or self.budget.is_over():
            return True
        if self.barred is not self.tools.barred.is_set():
            return True
        full = self.running_jobs.free(Lane.HEAVY) and Lane.HEAVY not in free
        return bool(full) or self.is_due()

    def is_due(self) -> bool:
        return self.due is not None and self.due <= clock.now().wall

    def hear(self, words: set[bytes]) -> None:
        """What others say: there is work, or a job is to stop."""
        for word in words:
            kind, _, number = word.partition(b" ")
            if kind == b"stop":
                self.running_jobs.take_away(int(number), why="stop")
            elif kind == b"work":
                self.told.add(Lane(int(number)))
        self.news.set()

    async def beat(self) -> None:
        """Keep the leases, learn which are lost and which should stop."""
        while True:
            try:
                self.renew()
            except StoreFull as error:
                log.warning("beat.unwritten", error=error)
            await asyncio.sleep(BEAT)

    def renew(self) -> None:
        now = clock.now()
        workers.beat(self.db, self.tools.worker, jobs=self.budget.spent, now=now)
        held = {one.job: one for one in leases.renew(self.db, worker=self.tools.worker, now=now)}
        for job, carried in list(self.running_jobs.jobs.items()):
            mine = held.get(job)
            if mine is None or mine.fence != carried.lease.fence:
                self.running_jobs.take_away(job, why="lost")
            elif mine.stop:
                self.running_jobs.take_away(job, why="stop")

    def drain(self, why: str) -> None:
        """Claim nothing more."""
        if not self.drained.is_set():
            self.why = why
            self.drained.set()
            self.news.set()
            workers.drain(self.db, self.tools.worker, why=why)
            log.info(
                "worker.draining",
                worker=self.tools.name,
                why=why,
                running=len(self.running_jobs.jobs),
            )

    async def renew_self(self) -> None:
        """HUP: recycle as if the budget were spent."""
        await self.signals.renew.wait()
        log.info("worker.asked-to-recycle", worker=self.tools.name)
        self.budget.left = 0
        self.news.set()

    async def obey(self) -> None:
        """The first signal gives the post away and drains; a second one, or the end of the grace,
        takes the jobs away."""
        await self.signals.stop.wait()
        self.budget.places.posts.free()
        self.drain(STOPPED)
        try:
            async with asyncio.timeout(self.tools.settings.drain_grace):
                await self.signals.now.wait()
        except TimeoutError:
            log.info(
                "worker.impatient", worker=self.tools.name, running=len(self.running_jobs.jobs)
            )
        self.cancelled.set()

    async def settle(self) -> None:
        """Let the running jobs finish, or give them back when that is cancelled."""
        self.wake_socket.rise()
        settled = asyncio.create_task(self.running_jobs.settled())
        cancelled = asyncio.create_task(self.cancelled.wait())
        await asyncio.wait({settled, cancelled}, return_when=asyncio.FIRST_COMPLETED)
        cancelled.cancel()
        self.running_jobs.take_all(why="leave")
        await settled
