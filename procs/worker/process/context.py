"""What a worker's jobs work with, made once per process."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from procs.config import Settings
from procs.core import log
from procs.engine.client import Engine
from procs.errors import ChaparError, SessionRevoked, TelegramAway, TelegramWait
from procs.store.database import Database
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.telegram.session.session_state import SessionState
from procs.telegram.session.sign_in import SIGN_IN
from procs.worker.process.progress_writer import ProgressWriter

#: Seconds until the engine's self-test is tried again.
UNSAFE_LOOK = 30.0
#: Seconds between two tries of a sign-in whose wait is over, and by which those of several slots
#: are apart at most.
SIGN_IN_RETRY, APART = 5.0, 2.0
#: Seconds between two looks whether another yt-dlp is in use.
FRESH_LOOK = 10.0


@dataclass
class WorkerContext:
    """Settings, database, engine, the slot's courier (connected at first need), progress, and
    when calls may go out."""

    settings: Settings
    db: Database
    worker: int
    name: str
    desk: ProgressWriter
    engine: Engine
    courier: Courier
    pace: Pace
    #: Lets this worker drain and end.
    leave: Callable[[], None] = lambda: None
    #: Whether this worker was connected once.
    was_connected: bool = False
    #: Set while Telegram lets this slot, which is not signed in, wait for that: until then it
    #: can carry only what needs no Telegram.
    barred: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def session_state(self) -> SessionState:
        return SessionState(self.db, self.settings, self.courier.name)

    async def telegram(self) -> Courier:
        """The slot's courier, connected. Raises TelegramAway, SessionRevoked, TelegramWait."""
        if not self.settings.bot_token:
            raise TelegramAway("no bot token is set: CHAPAR_BOT_TOKEN")
        await self.connect()
        return self.courier

    async def connect(self) -> None:
        """Raises as `telegram`. A wait that Telegram asks for at a sign-in is kept: signing in
        again and again makes it an hour."""
        try:
            await self.courier.connect(before=lambda: self.pace.allowed(SIGN_IN, 0.0))
        except TelegramWait as wait:
            self.pace.note(wait)
            self.session_state.wait(wait)
            self.barred.set()
            raise
        self.barred.clear()
        if not self.was_connected:
            self.was_connected = True
            self.session_state.good()

    def lose(self, error: SessionRevoked) -> None:
        """Telegram took this slot's sign-in away: keep that, give the jobs to others and leave.
        Whoever gets the slot next stands still until somebody helps."""
        self.session_state.note(error)
        self.leave()

    async def connect_early(self) -> None:
        """Connect before the first job needs it. A failure here is not one of a job: it is tried
        again, and counted, when a job needs it."""
        if self.settings.bot_token:
            await self._early(self.connect_or_leave())

    async def connect_or_leave(self) -> None:
        """Connect where no job settles it when the sign-in is lost. Raises TelegramAway,
        TelegramWait."""
        try:
            await self.connect()
        except SessionRevoked as error:
            self.lose(error)

    async def sign_in_late(self) -> None:
        """Sign in whenever a wait for that is over: no job of this worker would, for it takes
        none that needs Telegram."""
        while True:
            await self.barred.wait()
            wait = self.pace.wait(SIGN_IN) or SIGN_IN_RETRY
            log.warning("worker.barred", worker=self.name, seconds=wait)
            await asyncio.sleep(wait + random.random() * APART)
            await self._early(self.connect_or_leave())

    async def start_engine(self) -> None:
        """Have a warm nursery before the first job needs it, and know that what it forks is
        confined; until then this worker is not fit to serve. A nursery that does not start is a
        failure of jobs, and tried again then; none is fetched before the self-test is passed."""
        await self._early(self.until_safe())

    async def until_safe(self) -> None:
        """Wait until the engine's self-test is passed. Raises EngineDied."""
        networks = [str(network) for network in self.settings.allowed_networks]
        while why := await self.engine.self_test(networks):
            log.error("egress.open", worker=self.name, why=why, fix="see the jail in: chapar check")
            await asyncio.sleep(UNSAFE_LOOK)

    async def keep_fresh(self) -> None:
        """Move on to the nursery of another yt-dlp soon after that came into use, also as the spare
        and without a job: the one before ends when nobody is left there."""
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
        await self.courier.close()
        await self.engine.close()
