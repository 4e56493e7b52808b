"""What unit tests share: a loopback Telegram and who talks to it, and a database."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.store.database import Database, open_database
from procs.telegram.delivery.courier import Courier
from tests.fresh_database import fresh
from tests.sandbox.bot_parts import Bot, Hands, running
from tests.sandbox.earlier_sign_in import sign_in_before
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN) as telegram:
        yield telegram


@pytest.fixture
def settings_for(short_home: Path) -> Callable[[Telegram], Settings]:
    """Settings of a Chapar that talks to a given loopback Telegram."""

    def make(telegram: Telegram) -> Settings:
        return config.load(
            {
                "CHAPAR_API_ID": "12345",
                "CHAPAR_API_HASH": "0" * 32,
                "CHAPAR_BOT_TOKEN": TOKEN,
                "CHAPAR_HOME": str(short_home),
                "CHAPAR_TELEGRAM_SERVER": telegram.address,
                "CHAPAR_TELEGRAM_SERVER_KEY": str(telegram.key_path),
            },
            env_file=None,
        )

    return make


@pytest.fixture
def settings(tg: Telegram, settings_for: Callable[[Telegram], Settings]) -> Settings:
    return settings_for(tg)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """The database of these settings."""
    fresh(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    yield db
    db.close()


@pytest.fixture
async def courier(settings: Settings) -> AsyncIterator[Courier]:
    """The Telegram side of a worker, signed in. It does so itself: by then it knows Telegram's time
    from many packets, and what is judged by it is not judged by the first of a busy process."""
    courier = Courier(settings, 0)
    await courier.connect()
    yield courier
    await courier.close()


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    """Somebody who has met the bot."""
    ali = await tg.person("Ali")
    await ali.starts()
    return ali


@pytest.fixture
async def sara(tg: Telegram) -> Person:
    """Somebody who writes English and has not met the bot yet."""
    return await tg.person("Sara", language="en")


@pytest.fixture
async def bot(tg: Telegram, settings: Settings, db: Database) -> AsyncIterator[Bot]:
    """A bot that listens."""
    await sign_in_before(tg, settings, "bot")
    async with running(settings) as bot:
        yield bot


@pytest.fixture
def hands(db: Database) -> Hands:
    """A worker, as far as the store can tell."""
    return Hands(db)
