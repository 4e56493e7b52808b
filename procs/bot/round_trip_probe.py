"""Asks Telegram for a sign of life every half minute, and writes down how it went: the service's
watchdog goes by it."""

import asyncio

from procs.core import clock, log
from procs.errors import ChaparError, StoreError
from procs.store.database import Database
from procs.store.health import round_trips
from procs.telegram.chat.bot_session import BotSession

#: Seconds between two round trips.
TRIP_INTERVAL = 30.0


class RoundTripProbe:
    """Pings over the bot's own connection: it costs no one's budget, and no other call waits."""

    def __init__(self, db: Database, session: BotSession) -> None:
        self.db = db
        self.session = session

    async def run(self) -> None:
        """Ping every TRIP_INTERVAL seconds until cancelled. That there is no way any more, or one
        again, is news."""
        before = ""
        while True:
            result = await self.trip()
            try:
                round_trips.note(self.db, result, now=clock.now(), quiet=result == before)
                before = result
            except StoreError as error:
                log.warning("round-trip.unwritten", error=error)
            await asyncio.sleep(TRIP_INTERVAL)

    async def trip(self) -> str:
        """How one ping went, ANSWERED or AWAY."""
        try:
            await self.session.ping()
        except ChaparError as error:
            log.warning("round-trip.failed", error=error)
            return round_trips.AWAY
        return round_trips.ANSWERED
