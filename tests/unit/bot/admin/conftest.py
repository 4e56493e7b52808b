"""A bot with an owner, and admins of each role."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from procs.config import Settings
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import admin_rows
from procs.store.database import Database
from tests.sandbox.bot_parts import Bot, running
from tests.sandbox.person import Person
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
def appointed(bot: Bot, tg: Telegram, olga: Person) -> Callable[..., Awaitable[Person]]:
    """Somebody with a role, by name."""

    async def make(name: str, role: Role, language: str = "en") -> Person:
        person = await tg.person(name, language=language)
        admin_rows.give(bot.db, person.id, role, by=olga.id, now=clock.now())
        return person

    return make
