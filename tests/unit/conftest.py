"""What unit tests that talk to the loopback Telegram share."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
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
