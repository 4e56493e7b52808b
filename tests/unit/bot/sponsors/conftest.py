"""A bot with an owner and a sponsor's channel, where the bot is an admin."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from procs.config import Settings
from procs.core import clock
from procs.records.sponsor_records import Sponsor
from procs.store.database import Database
from procs.store.sponsors import sponsor_rows
from tests.sandbox.bot_parts import Bot, running
from tests.sandbox.person import Person
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def olga(tg: Telegram) -> Person:
    """The owner."""
    return await tg.person("Olga", language="en", username="olga_owner")


@pytest.fixture
async def bot(settings: Settings, db: Database, olga: Person) -> AsyncIterator[Bot]:
    async with running(settings, admins=[olga.id]) as bot:
        yield bot


@pytest.fixture
def channel(tg: Telegram) -> Callable[..., Awaitable[Group]]:
    """A channel where the bot is an admin."""

    async def make(title: str, username: str = "", **more: Any) -> Group:
        return await tg.group(title, broadcast=True, username=username, bot="admin", **more)

    return make


@pytest.fixture
def sponsored(db: Database) -> Callable[..., Sponsor]:
    """A chat that is a sponsor's already."""

    def make(group: Group, link: str = "", **more: Any) -> Sponsor:
        facts = {"chat": group.chat_id, "access": 0, "title": group.title, "nick": "", "own": False}
        facts |= {"link": link or "https://t.me/some_channel", **more}
        return sponsor_rows.add(db, facts, now=clock.now())

    return make
