"""Each message is answered once: heard twice, while the bot was down, its receipt lost."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from procs.config import Settings
from tests.sandbox.bot_parts import LINK, Bot, running, until
from tests.unit.persian_ali import ali

__all__ = ["ali"]


async def test_an_update_heard_twice_is_answered_once(bot, tg, sara):
    incoming = []
    take = bot.intake.on_message

    async def twice(message):
        incoming.append(message)
        await take(message)
        await take(message)

    bot.chat_session.on_message = twice
    for text in (LINK, "/start", "no link", "/cancel"):
        await sara.sends(text)
    await sara.sees("is cancelled")
    await until(lambda: len(incoming) == 4)
    await bot.rests()
    assert len([m for m in await sara.chat() if not m.mine]) == 4


async def test_what_was_sent_while_the_bot_was_down_is_answered(settings, db, sara):
    async with running(settings):
        await sara.starts()
        await sara.sees("Hi")
    await sara.sends(LINK)
    async with running(settings):
        await sara.sees("In line")
    async with running(settings) as bot:
        await sara.sends("/help")
        await sara.sees("leave the rest")
        assert len(bot.requests()) == 1
    assert len([m for m in await sara.chat() if not m.mine]) == 3


async def test_what_is_too_old_gets_one_polite_line(settings, db, sara):
    async with running(settings):
        await sara.starts()
        await sara.sees("Hi")
    for number in range(3):
        await sara.sends(f"{LINK}?old={number}")
    async with running(settings, catch_up=-10.0) as bot:
        await sara.sees("send it again")
        await bot.rests()
        assert bot.requests() == []
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
    assert len([m for m in await sara.chat() if not m.mine]) == 3


async def test_what_is_said_while_the_line_is_down_is_heard_when_it_is_up(bot, tg, sara):
    await sara.starts()
    await sara.sees("Hi")
    await tg.stop()
    await sara.sends(LINK)
    for key in tg.keys.values():
        key.waiting.clear()  # Telegram keeps what a session missed for a while only
    await tg.start()
    await sara.sees("In line")
    await bot.rests()
    assert len([m for m in await sara.chat() if not m.mine]) == 2


async def test_a_request_nobody_answered_is_answered_at_the_next_start(settings, db, tg, sara):
    async with running(settings) as bot:
        await tg.fails("messages.sendMessage", "FLOOD_WAIT_3600")
        await sara.sends(LINK)
        await until(bot.requests)
        await bot.rests()
    with db.write():
        db.change("DELETE FROM waits")
    async with running(settings) as bot:
        await sara.sees("In line")
        assert len(bot.requests()) == 1


async def test_an_answer_whose_receipt_was_lost_is_not_given_twice(bot, tg, sara):
    await tg.swallows("messages.sendMessage", done=True, close=True)
    await sara.sends(LINK)
    await until(lambda: any(one.status_message for one in bot.requests()))
    assert len([m for m in await sara.chat() if not m.mine]) == 1
    assert (await sara.sees("In line")).id == bot.requests()[0].status_message


async def test_what_came_meanwhile_is_heard_though_news_come_first(tg, settings, db):
    """A message that arrives before the bot could ask what it missed must not hide the rest."""
    ali = await tg.person("Ali")
    async with running(settings) as bot:
        await ali.starts()
        await ali.sees(lambda m: not m.mine)
        await bot.rests()
    for number in range(4):
        await ali.sends(f"{LINK}?missed={number}")
    hold = await tg.holds("users.*")
    starting = asyncio.ensure_future(started(settings))
    await hold.reached(10)
    await ali.sends(f"{LINK}?news")
    await tg.do("heal")
    bot, end = await starting
    await until(lambda: len(bot.requests()) == 5)
    await end()


async def started(settings: Settings) -> tuple[Bot, Callable[[], Coroutine[Any, Any, None]]]:
    """A bot that listens, and how to end it."""
    stack = AsyncExitStack()
    return await stack.enter_async_context(running(settings)), stack.aclose
