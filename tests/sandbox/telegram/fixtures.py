"""A loopback Telegram of the library's own client, somebody to write to, and a file to send."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        yield server


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Client]:
    async with client(tg, tmp_path, no_updates=True) as started:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    person = await tg.person("Ali")
    await person.starts()
    return person


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 4096)
    return path
