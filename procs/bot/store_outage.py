"""What the bot is told while its database cannot be used: it waits, and is acted upon afterwards.

A message that waits is not handled yet, so its place in Telegram's updates is not saved: a bot that
is killed meanwhile is told it again. One that the database refuses is no fault of the message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

from procs.bot.conversation.failure_boundary import logged
from procs.core import log
from procs.errors import StoreError, StoreUnready
from procs.store.database import Database

#: Seconds before the database is tried again: twice as long each time, at most.
OUTAGE_PAUSE, LONGEST_OUTAGE_PAUSE = 0.5, 5.0
#: How often one message may fail at a database that takes writes: the fault is another then.
ATTEMPTS_WHILE_USABLE = 5


class StoreOutage:
    """One for the whole bot: what waits begins again in the order in which it arrived."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.is_out = False
        self.failures = 0
        self.numbers = count()
        self.waiting: dict[int, asyncio.Future[None]] = {}
        self.recovery: asyncio.Task[None] | None = None

    async def hear(self, work: Callable[[], Awaitable[None]], **facts: object) -> None:
        """`through` for what nobody waits an answer to: another failure is logged."""
        await logged(self.through(work), **facts)

    async def through(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work, which is idempotent, as often as it needs to get through. Raises what it
        raises; StoreError only when the database takes other writes."""
        number, failures = next(self.numbers), 0
        while True:
            if self.is_out:
                await self.wait(number)
                continue
            try:
                await work()
            except StoreError as error:
                failures += not isinstance(error, StoreUnready)
                if failures >= ATTEMPTS_WHILE_USABLE:
                    raise
                self.note(error)
            else:
                self.failures = 0
                return

    def require_usable(self) -> None:
        """Raises StoreError while the database is known to be unusable: a locked one would hold
        up the whole bot for each message that tries it."""
        if self.is_out:
            raise StoreError("the database cannot be used at the moment")

    def note(self, error: StoreError) -> None:
        """The database could not be used. Told once for each outage."""
        if self.is_out:
            return
        self.is_out = True
        self.failures += 1
        log.error("store.unusable", error=error, failures=self.failures)
        self.recovery = asyncio.create_task(self.recover())

    async def recover(self) -> None:
        """Wait until the database takes writes again, and call those who wait."""
        failures = self.failures
        while self.is_out:
            await asyncio.sleep(
                min(LONGEST_OUTAGE_PAUSE, OUTAGE_PAUSE * 2 ** min(failures - 1, 10))
            )
            self.is_out = not self.is_usable()
            failures += 1
        waiting, self.waiting = self.waiting, {}
        log.info("store.usable", waiting=len(waiting))
        for number in sorted(waiting):
            if not waiting[number].done():
                waiting[number].set_result(None)

    def is_usable(self) -> bool:
        """Whether the store can be written now."""
        try:
            self.db.require_writable()
        except StoreError:
            return False
        return True

    async def wait(self, number: int) -> None:
        """Wait until this number is called."""
        called = self.waiting[number] = asyncio.get_running_loop().create_future()
        await called
