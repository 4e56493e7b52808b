"""What a worker's jobs share, made once per process."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from procs.config import Settings
from procs.core import clock, disk, log
from procs.engine.client import Engine
from procs.errors import (
    ChaparError,
    SessionRevoked,
    StoreError,
    StoreFull,
    TelegramAway,
    TelegramWait,
    alert_kinds,
    remedies,
)
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.health import alerts, workers
from procs.store.server_absence import until_back
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.telegram.session.clock_record import ClockRecord
from procs.telegram.session.session_state import SessionState
from procs.telegram.session.sign_in import SIGN_IN
from procs.worker.process.group_commit import JobEnd
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.process.tallies import Tallies

#: Seconds until the engine's self-test is repeated.
UNSAFE_LOOK = 30.0
#: Seconds between two attempts to sign in after a wait, and the most seconds of jitter between the
#: attempts of several slots.
SIGN_IN_RETRY, APART = 5.0, 2.0
#: Seconds between two checks whether another yt-dlp is in use.
FRESH_LOOK = 10.0


@dataclass
class WorkerContext:
    """Settings, database, engine, progress, the pace of calls, and the slot's courier, which is
    connected when first needed."""

    settings: Settings
    db: Database
    worker: int
    name: str
    progress: ProgressWriter
    engine: Engine
    courier: Courier
    pace: Pace
    #: Lets this worker drain and end.
    leave: Callable[[], None] = lambda: None
    #: Writes the end of a job, and claims what its lane has next. Set by the loop.
    finishing: Callable[[JobEnd], Awaitable[None]] | None = None
    #: Whether this worker was connected once.
    was_connected: bool = False
    #: Set while Telegram makes this slot wait before it may sign in: until then the worker takes
    #: only jobs that need no Telegram.
    barred: asyncio.Event = field(default_factory=asyncio.Event)
    #: Jobs that are over in the table, and of which this worker only finishes what is left to do.
    over: set[int] = field(default_factory=set)
    #: Jobs that end here, behind which nothing was in line and nothing came into line by their end.
    lasts: set[int] = field(default_factory=set)
    #: What this worker counted and did not write yet.
    tallies: Tallies = field(default_factory=Tallies)

    @cached_property
    def clock_record(self) -> ClockRecord:
        """What was found of Telegram's time, by this process and those before it."""
        return ClockRecord(self.db, self.settings)

    async def end(self, lease: Lease, lane: Lane, freed: int, write: Callable[[], object]) -> None:
        """Have `write` end the job of a lease, in one transaction with others that end now; what
        `lane` has next is claimed in it, with `freed` rooms more than are free. Where no loop runs,
        nothing is claimed. Raises what `write` raises, StoreUnready."""
        if self.finishing is not None:
            return await self.finishing(JobEnd(lease, lane, freed, write))
        with self.db.write(full=True):
            write()

    @property
    def session_state(self) -> SessionState:
        """Whether the session of this worker's slot may be used."""
        return SessionState(self.db, self.settings, self.courier.name)

    async def telegram(self) -> Courier:
        """The slot's courier, connected. Raises TelegramAway, SessionRevoked, TelegramWait."""
        if not self.settings.bot_token:
            raise TelegramAway("no bot token is set: CHAPAR_BOT_TOKEN")
        await self.connect()
        return self.courier

    async def connect(self) -> None:
        """Raises as `telegram`. A wait that Telegram asks for at a sign-in is stored: repeated
        attempts would make it an hour."""
        try:
            await self.courier.connect(before=lambda: self.pace.wait_until_allowed(SIGN_IN, 0.0))
        except TelegramWait as wait:
            self.pace.note(wait)
            self.session_state.wait(wait)
            self.barred.set()
            raise
        self.barred.clear()
        if not self.was_connected:
            self.note_connected()

    def note_connected(self) -> None:
        """Write it down, for who replaces workers; a full disk does not keep a worker from its
        work, and is asked again at the next job."""
        try:
            workers.connect(self.db, self.worker, now=clock.now())
            self.session_state.good()
        except StoreFull as error:
            log.warning("connection.unwritten", worker=self.name, error=error)
        else:
            self.was_connected = True

    def lose(self, error: SessionRevoked) -> None:
        """Note that Telegram revoked this slot's sign-in, give the jobs back and exit. The next
        worker of this slot waits until the operator acts."""
        self.session_state.note(error)
        self.leave()

    async def connect_early(self) -> None:
        """Connect before the first job needs it. A failure here counts against no job: the job that
        needs the connection tries again."""
        if self.settings.bot_token:
            await self._early(self.connect_or_leave())

    async def connect_or_leave(self) -> None:
        """Connect outside of a job: here nothing else handles a revoked sign-in. Raises
        TelegramAway, TelegramWait."""
        try:
            await self.connect()
        except SessionRevoked as error:
            self.lose(error)

    async def sign_in_late(self) -> None:
        """Sign in when Telegram's wait is over: no job would do it, for this worker takes none that
        needs Telegram."""
        while True:
            await self.barred.wait()
            wait = await until_back(self.name, partial(self.pace.wait, SIGN_IN)) or SIGN_IN_RETRY
            log.warning("worker.barred", worker=self.name, seconds=wait)
            await asyncio.sleep(wait + random.random() * APART)
            await self._early(self.connect_or_leave())

    async def start_engine(self) -> None:
        """Start the nursery before the first job needs it, and pass the self-test, which shows that
        its children are confined; until then this worker does not serve. A nursery that does not
        start fails the job that needs it, which tries again; nothing is fetched before the
        self-test is passed."""
        await self._early(self.until_safe())

    async def until_safe(self) -> None:
        """Wait until the engine's self-test is passed. Raises EngineDied."""
        networks = [str(network) for network in self.settings.allowed_networks]
        kind = alert_kinds.EGRESS_OPEN
        while why := await self.engine.self_test(networks):
            log.error("egress.open", worker=self.name, why=why, fix=remedies.of(kind))
            self.note_open(why)
            await asyncio.sleep(UNSAFE_LOOK)
        alerts.clear(self.db, (kind,), disk.host(), now=clock.now())

    def note_open(self, why: str) -> None:
        """Have admins told; the wait for a safe jail goes on whatever becomes of that."""
        kind, host = alert_kinds.EGRESS_OPEN, disk.host()
        try:
            alerts.note(self.db, kind, host, now=clock.now(), lasts=True, detail=why)
        except StoreError as error:
            log.warning("alert.unwritten", kind=kind, error=error)

    async def keep_fresh(self) -> None:
        """Connect to the nursery of another yt-dlp soon after that version is in use, also as the
        spare and without a job: the old nursery exits when no worker is connected."""
        while True:
            await asyncio.sleep(FRESH_LOOK)
            if self.engine.is_stale():
                await self._early(self.engine.start())

    async def _early(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ChaparError as error:
            log.warning("worker.cold", worker=self.name, error=error)

    async def close(self) -> None:
        """Disconnect the courier and let the engine go."""
        await self.courier.close()
        await self.engine.close()
