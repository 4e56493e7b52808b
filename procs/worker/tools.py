"""What a worker's jobs work with, made once per process."""

from dataclasses import dataclass, field

from procs import log
from procs.config import Settings
from procs.engine.client import Engine
from procs.errors import SessionRevoked, TelegramAway
from procs.store.database import Database
from procs.telegram.courier import Courier
from procs.worker.desk import Desk


@dataclass
class Tools:
    """Settings, database, engine, the slot's courier (connected at first need), progress."""

    settings: Settings
    db: Database
    worker: int
    name: str
    desk: Desk
    engine: Engine
    courier: Courier
    ready: bool = field(default=False)

    async def telegram(self) -> Courier:
        """The slot's courier, connected. Raises TelegramAway, SessionRevoked, TelegramWait."""
        if not self.settings.bot_token:
            raise TelegramAway("no bot token is set: CHAPAR_BOT_TOKEN")
        await self.courier.connect()
        return self.courier

    async def warm(self) -> None:
        """Do the slow things before the first job needs them. A failure here is not one of a job:
        it is tried again, and counted, when a job needs it."""
        await self.engine.start()
        if not self.settings.bot_token:
            return
        try:
            await self.courier.connect()
        except (TelegramAway, SessionRevoked) as error:
            log.warning("telegram.away", worker=self.name, error=error)

    async def close(self) -> None:
        await self.courier.close()
        await self.engine.close()
