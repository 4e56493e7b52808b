"""Holds the lease of the bot, and hands its place in Telegram's updates on."""

import asyncio

from procs.config import Settings
from procs.core import clock, log
from procs.errors import ChaparError, StoreError
from procs.store.database import Database
from procs.store.machines import bot_lease, bot_places, database_clock
from procs.store.machines.bot_lease import BotLease
from procs.store.machines.bot_places import Place
from procs.telegram.chat.bot_session import BOT_SESSION, PlaceBook
from procs.telegram.departure import SPEECH
from procs.telegram.pace import Pace
from procs.telegram.session import sign_in
from procs.telegram.session.sign_in import SIGN_IN
from procs.telegram.updates.update_client import UpdateClient

#: Renewals between two looks at the server's clock.
CLOCK_BEATS = 15


class BotDuty(PlaceBook):
    """One process's right to be the bot, from when it has it until it ends."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.settings = settings
        self.db = db
        self.lease = BotLease(db, settings.machine)
        self.written: set[Place] = set()
        self.lineage = ""

    async def begin(self) -> None:
        """Stand by until nobody holds the lease, then hold it."""
        if not self.take():
            log.info("bot.stands-by", machine=self.settings.machine)
            await self.sign_in_early()
            while not self.take():
                await asyncio.sleep(bot_lease.STANDBY_LOOK)
        SPEECH.end = lambda: self.lease.steady_end
        log.info("bot.on-duty", machine=self.settings.machine, fence=self.lease.fence)

    def take(self) -> bool:
        """Take or renew the lease. False when another has it, or the store cannot be used."""
        try:
            database_clock.follow(self.db)
            self.lineage = self.db.lineage()
            return self.lease.take(now=clock.now())
        except StoreError as error:
            log.warning("bot-lease.unread", error=error)
            return False

    async def sign_in_early(self) -> None:
        """Sign in where this machine never did, so that taking over needs no sign-in."""
        if (self.settings.sessions / f"{BOT_SESSION}.session").exists():
            return
        pace = Pace(self.db)
        try:
            line = await sign_in.signed_in(
                self.settings, BOT_SESSION, before=lambda: pace.wait_until_allowed(SIGN_IN, 0.0)
            )
        except ChaparError as error:
            log.warning("bot.not-signed-in", error=error)
        else:
            await sign_in.shut(line)

    async def hold(self) -> None:
        """Renew the lease until another machine has it. While the database is away nothing is
        said, and the duty goes on where nobody took it meanwhile. Where a standby took its place,
        the duty ends: what was accepted in the last seconds may be gone, and the next one asks
        Telegram for it, from the place that this database knows."""
        beats = 0
        while True:
            await asyncio.sleep(bot_lease.BOT_BEAT)
            beats += 1
            try:
                if beats % CLOCK_BEATS == 0:
                    database_clock.follow(self.db)
                if not self.lease.renew(now=clock.now()):
                    return log.warning("bot.off-duty", machine=self.settings.machine)
                if self.db.lineage() != self.lineage:
                    return log.warning("bot.server-replaced", lineage=self.db.lineage())
            except StoreError as error:
                log.warning("bot-lease.unwritten", error=error)

    def end(self) -> None:
        """Let another machine take over at once."""
        try:
            self.lease.give_up()
        except StoreError as error:
            log.warning("bot-lease.unwritten", error=error)

    # --- the place in the updates

    def stored(self) -> list[Place]:
        """The places in Telegram's updates that were kept last."""
        return bot_places.stored(self.db)

    async def keep(self, client: UpdateClient) -> None:
        """Keep the places that changed, as long as the lease is ours."""
        places = await client.places()
        if fresh := [place for place in places if place not in self.written]:
            bot_places.keep(self.db, fresh, fence=self.lease.fence, lineage=self.lineage)
            self.written = set(places)
