"""After an outage of Telegram's, what waited does not leave all at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from procs.bot.conversation.reply_sender import ATTEMPTS, ReplySender
from procs.core import clock
from procs.errors import Crowded, TelegramWait
from procs.store.database import Database
from procs.store.limits import send_budget
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.message_limits import Urgency, bot_rules
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN
from tests.unit.deaf_session import chat_session

__all__ = ["chat_session"]

CROWD = 60


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram


async def test_what_has_no_place_among_all_messages_is_not_taken_for_said(
    tg, chat_session, db, ali
):
    replies = ReplySender(db, chat_session)
    send_budget.take(db, bot_rules(Urgency.COMMAND), messages=2000, patience=99, now=clock.now())

    with pytest.raises(Crowded):
        await replies.send(OutgoingMessage(ali.id, 0, "word", 1), urgency=Urgency.COMMAND)

    assert await tg.calls("messages.sendMessage") == []


async def test_what_telegram_made_wait_again_and_again_is_not_taken_for_said(
    tg, chat_session, db, ali
):
    replies = ReplySender(db, chat_session)
    await tg.fails("messages.sendMessage", "420 FLOOD_WAIT_1", times=ATTEMPTS)

    with pytest.raises(TelegramWait):
        await replies.send(OutgoingMessage(ali.id, tg.world.access_hash(tg.bot, ali.id), "word", 1))


async def test_what_was_to_be_said_during_an_outage_keeps_to_the_pace_after_it(
    tg, chat_session, db: Database
):
    people = [await tg.person(f"P{n}") for n in range(CROWD)]
    for one in people:
        await one.starts()
    replies = ReplySender(db, chat_session)
    await tg.stop()
    words = [
        OutgoingMessage(one.id, tg.world.access_hash(tg.bot, one.id), "word", 1 + n)
        for n, one in enumerate(people)
    ]
    saying = [asyncio.ensure_future(replies.send(word)) for word in words]
    await asyncio.wait(saying, timeout=4.0)  # long enough to spend the budget of all of them
    await tg.start()
    assert all(await asyncio.wait_for(asyncio.gather(*saying), 60))
    assert await tg.violations() == []
