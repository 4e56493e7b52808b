"""What Telegram is told to do befalls somebody, or did not happen."""

import asyncio
from random import Random
from types import SimpleNamespace

import pytest

from tests.chaos.troubles import telegram_troubles
from tests.chaos.troubles.trouble_parts import Unmet
from tests.sandbox.telegram.clients import receipt, say, send, upload
from tests.sandbox.telegram.fixtures import ali, bot, clip, tg

__all__ = ["ali", "bot", "clip", "tg"]


@pytest.fixture
def storm(tg):
    """As much of one as troubles of Telegram look at."""
    watch = SimpleNamespace(count=lambda: None, delivered=0)
    stack, facts = SimpleNamespace(telegram=tg), {"floods": [], "nothing_to_do": lambda: False}
    return SimpleNamespace(stack=stack, telegram=asyncio.Lock(), watch=watch, **facts)


def play(storm, name: str) -> "asyncio.Task[object]":
    return asyncio.create_task(telegram_troubles.PLAYS[name](storm, Random(1)))


async def told(storm) -> None:
    """Until Telegram was told what to do."""
    while not storm.stack.telegram.faults.orders:
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", ["refuse", "break", "swallow", "repeat", "reference"])
async def test_an_order_that_nobody_met_did_not_happen_and_is_taken_back(
    storm, bot, ali, monkeypatch, name
):
    monkeypatch.setattr(telegram_troubles, "MET", 0.0)

    with pytest.raises(Unmet):
        await play(storm, name)

    receipt(await say(bot, ali, "once", random_id=7))
    assert receipt(await say(bot, ali, "once", random_id=7)) == (2, 0)


async def test_a_flood_in_which_nobody_sent_anything_did_not_happen(storm, monkeypatch):
    monkeypatch.setattr(telegram_troubles, "FLOOD", (0.0, 0.0))

    with pytest.raises(Unmet):
        await telegram_troubles.flood(storm, Random(1))


async def test_connections_of_nobody_cannot_be_reset(storm):
    with pytest.raises(Unmet):
        await play(storm, "drop")


async def test_recovery_counts_from_the_call_that_an_order_befell(storm, bot, ali):
    playing = play(storm, "refuse")
    await asyncio.sleep(0)
    storm.watch.delivered = 5  # what was on its way already
    while not playing.done():
        await asyncio.gather(say(bot, ali, "once", random_id=7), return_exceptions=True)
    recovered = await playing

    assert not recovered()
    storm.watch.delivered = 6
    assert recovered()


async def test_a_repeat_is_met_by_who_sends_a_film_again_that_was_not_answered(
    storm, bot, ali, clip
):
    media, telegram = await upload(bot, clip), storm.stack.telegram
    playing = play(storm, "repeat")
    await told(storm)
    waiting = asyncio.create_task(send(bot, ali, media, random_id=7))
    await telegram.called("messages.sendMedia")
    await asyncio.gather(send(bot, ali, media, random_id=7), return_exceptions=True)
    waiting.cancel()

    await playing
    assert await telegram.repeats_refused() == 1


async def test_a_stale_reference_is_met_by_who_sends_a_known_film(storm, bot, ali, clip):
    media = await upload(bot, clip)
    playing = play(storm, "reference")
    while not playing.done():
        await asyncio.gather(send(bot, ali, media, random_id=8), return_exceptions=True)

    await playing
    assert await storm.stack.telegram.stale_references() >= 1
