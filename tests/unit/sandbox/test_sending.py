"""Exactly once, and the ways a send can go wrong, on the loopback Telegram."""

import asyncio
import time

import pytest
from pyrogram import errors

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client, receipt, say
from tests.sandbox.telegram.fixtures import ali, bot, tg

__all__ = ["ali", "bot", "tg"]


async def said(ali: Person) -> list[str]:
    return [message.text for message in await ali.chat() if not message.mine]


async def test_a_repeated_send_returns_the_first_message(bot, ali):
    first = receipt(await say(bot, ali, "once", random_id=7))
    again = receipt(await say(bot, ali, "once", random_id=7))

    assert first == (2, 1)
    assert again == (2, 0)
    assert await said(ali) == ["once"]


async def test_another_session_of_the_bot_is_recognised_too(tg, bot, ali, tmp_path):
    first = receipt(await say(bot, ali, "once", random_id=7))

    async with client(tg, tmp_path, "slot-1", no_updates=True) as other:
        again = receipt(await say(other, ali, "once", random_id=7))

    assert again == (first[0], 0)


async def test_two_sends_that_race_are_told_apart(tg, bot, ali):
    hold = await tg.holds("messages.sendMessage")
    slow = asyncio.create_task(say(bot, ali, "once", random_id=7))
    await hold.reached()

    with pytest.raises(TimeoutError):  # the library gives up after one try of ours
        await say(bot, ali, "once", random_id=7)
    await hold.release()
    await slow

    results = [call["result"] for call in await tg.calls("messages.sendMessage")]
    assert results == ["ok", "RANDOM_ID_DUPLICATE"]
    assert await said(ali) == ["once"]


async def test_a_repeat_is_refused_on_demand(tg, bot, ali):
    await tg.refuses_repeats(1)
    await say(bot, ali, "once", random_id=7)

    with pytest.raises(TimeoutError):
        await say(bot, ali, "once", random_id=7)

    assert receipt(await say(bot, ali, "once", random_id=7)) == (2, 0)


async def test_a_send_without_a_random_id_is_refused(bot, ali):
    with pytest.raises(errors.RandomIdEmpty):
        await say(bot, ali, "never", random_id=0)


async def test_done_but_not_answered(tg, bot, ali):
    hold = await tg.holds("messages.sendMessage", done=True)
    waiting = asyncio.create_task(say(bot, ali, "once", random_id=7))

    assert await hold.reached()
    await ali.sees("once")
    assert not waiting.done()
    await hold.release()
    await waiting


async def test_a_caller_that_dies_before_is_never_served(tg, bot, ali):
    hold = await tg.holds("messages.sendMessage")
    waiting = asyncio.create_task(say(bot, ali, "never", random_id=7))
    await hold.reached()

    await tg.drops_connections(tg.bot)
    [call] = await tg.called("messages.sendMessage")
    await hold.release()
    waiting.cancel()

    assert call["peer"] == ali.id
    assert await said(ali) == []


async def test_the_next_calls_fail_as_ordered(tg, bot, ali):
    await tg.fails("messages.send*", "FLOOD_WAIT_70", times=1)

    with pytest.raises(errors.FloodWait) as wait:
        await bot.send_message(ali.id, "x")
    await bot.send_message(ali.id, "y")

    assert wait.value.value == 70
    assert await said(ali) == ["y"]


async def test_a_flood_wait_ends_by_the_clock(tg, bot, ali):
    await tg.floods("messages.sendMessage", 0.4)
    begun = time.monotonic()

    await bot.send_message(ali.id, "x")  # the library sleeps the one second it was told

    assert 0.4 <= time.monotonic() - begun < 3


async def test_a_rate_is_kept(tg, bot, ali):
    await tg.limits("messages.sendMessage", calls=2, seconds=60, per_chat=True)
    for text in "ab":
        await bot.send_message(ali.id, text)

    with pytest.raises(errors.FloodWait):
        await bot.send_message(ali.id, "c")


async def test_a_lost_answer(tg, bot, ali):
    await tg.swallows("messages.sendMessage", done=True)
    lost = asyncio.create_task(say(bot, ali, "once", random_id=7))
    await ali.sees("once")

    again = await say(bot, ali, "once", random_id=7)
    lost.cancel()

    assert receipt(again)[1] == 0
    assert [c["result"] for c in await tg.calls("messages.sendMessage")] == ["unanswered", "ok"]
