"""A bot's session that hears nothing, and says what a test wants."""

from collections.abc import AsyncIterator

import pytest

from procs.config import Settings
from procs.telegram.chat.bot_session import BotSession


@pytest.fixture
async def chat_session(settings: Settings) -> AsyncIterator[BotSession]:
    session = BotSession(settings)

    async def ignore(*_: object) -> None: ...

    await session.connect(ignore, ignore)
    yield session
    await session.close()
