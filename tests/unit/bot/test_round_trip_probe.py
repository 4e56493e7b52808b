"""The bot's sign of life from Telegram, while that is there and when it is gone."""

import asyncio
from collections.abc import Callable

from procs.bot import round_trip_probe
from procs.bot.round_trip_probe import RoundTripProbe
from procs.config import Settings
from procs.store.database import open_database
from procs.store.health import round_trips
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.session import rpc
from tests.fresh_database import fresh
from tests.sandbox.bot_parts import until
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN


async def test_the_row_says_whether_telegram_answers(
    settings_for: Callable[[Telegram], Settings], monkeypatch
):
    monkeypatch.setattr(round_trip_probe, "TRIP_INTERVAL", 0.05)
    monkeypatch.setattr(rpc, "ANSWER", 0.5)
    async with Telegram(token=TOKEN) as telegram:
        settings = settings_for(telegram)
        fresh(settings.database_url, run=settings.run)
        db, session = open_database(settings.database_url, run=settings.run), BotSession(settings)
        await session.connect(heard, heard)
        probing = asyncio.create_task(RoundTripProbe(db, session).run())
        await until(lambda: round_trips.latest(db) is not None)
        there = round_trips.is_away(db)
    await until(lambda: round_trips.is_away(db))
    probing.cancel()
    await session.close()
    db.close()

    assert there is False


async def heard(_: object) -> None:
    """Nobody speaks here."""
