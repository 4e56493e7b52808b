"""After an outage of Telegram's, what waited does not leave all at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from procs.bot.speech import Speech
from procs.store.database import Database
from procs.telegram.front import Front
from procs.telegram.voice import OutgoingMessage
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

CROWD = 60


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram


async def test_what_was_to_be_said_during_an_outage_keeps_to_the_pace_after_it(
    tg, settings, db: Database
):
    front = Front(settings)

    async def hear(*_: object) -> None: ...

    await front.connect(hear, hear)
    people = [await tg.person(f"P{n}") for n in range(CROWD)]
    for one in people:
        await one.starts()
    speech = Speech(db, front)
    await tg.stop()
    words = [
        OutgoingMessage(one.id, tg.world.access_hash(tg.bot, one.id), "word", 1 + n)
        for n, one in enumerate(people)
    ]
    saying = [asyncio.ensure_future(speech.send(word)) for word in words]
    await asyncio.wait(saying, timeout=4.0)  # long enough to spend the budget of all of them
    await tg.start()
    assert all(await asyncio.wait_for(asyncio.gather(*saying), 60))
    assert await tg.violations() == []
    await front.close()
