"""Notes by how much this machine's clock differs from Telegram's: due times are judged by ours, and
a wrong one makes people wait."""

import asyncio

from procs.bot.conversation.failure_boundary import logged
from procs.core import clock, codec
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.session.clock_record import ClockRecord

#: Seconds between two looks, and by which the difference must change to be written;
#: Telegram tells whole seconds.
CLOCK_LOOK, CHANGE = 30.0, 2.0


class ClockNotes:
    """One bot's; the keeper's monitor reads them. `clock_record` keeps the time itself for the
    processes that come after."""

    def __init__(self, db: Database, chat_session: BotSession, clock_record: ClockRecord) -> None:
        self.clock_record = clock_record
        self.db = db
        self.chat_session = chat_session
        self.noted: float | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await logged(self.look())
            await asyncio.sleep(CLOCK_LOOK)

    async def look(self) -> None:
        """Write the difference in seconds down, when it changed by CHANGE or more."""
        self.clock_record.keep()
        offset = await self.chat_session.read_clock_offset()
        if self.noted is not None and abs(offset - self.noted) < CHANGE:
            return
        text = codec.dump(round(offset, 1))
        runtime_settings.write(self.db, runtime_settings.SKEW, text, now=clock.now())
        self.noted = offset
