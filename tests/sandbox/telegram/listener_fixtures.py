"""A loopback Telegram, a bot of the library that hears what it is told, and somebody to write."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.listener import Listener
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        yield server


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Listener]:
    started = Listener(client(tg, tmp_path))
    async with started.client:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali")
