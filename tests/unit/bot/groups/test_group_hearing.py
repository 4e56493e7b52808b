"""What is said in groups while the bot is down, or killed over it, is heard at its next start."""

import asyncio
import time

import pytest

from procs.telegram.chat.inbound import Incoming
from tests.sandbox.person import Person
from tests.sandbox.telegram import updates
from tests.sandbox.telegram.server import Telegram
from tests.unit.bot.conversation.test_hearing import Listener, says


@pytest.fixture
async def group(tg: Telegram, ali: Person) -> int:
    channel = await tg.channel("A group", broadcast=False)
    await tg.botfather(privacy=False)
    for account in (tg.bot, ali.id):
        await tg.join(channel, account)
    return channel


async def test_what_was_said_in_known_groups_while_nobody_listened_is_heard_at_the_next_start(
    tg, settings, ali
):
    """One call for each group, one after another: a bot of many groups floods nobody."""
    await tg.botfather(privacy=False)
    groups = [await tg.channel(f"Group {n}", broadcast=False) for n in range(12)]
    for channel in groups:
        await tg.join(channel, tg.bot)
        await tg.join(channel, ali.id)
    bot = Listener(settings)
    await bot.start()
    for channel in groups:
        await says(tg, ali, channel, f"before {channel}")
    await bot.hears(*(f"before {channel}" for channel in groups))
    await bot.chat_session.close()  # as killed: nothing more is written down
    for channel in groups:
        await says(tg, ali, channel, f"meanwhile {channel}")
    hold = await tg.holds("updates.getChannelDifference", times=1)
    again = Listener(settings)
    await again.start()
    await hold.reached()
    assert len(await tg.calls("updates.getChannelDifference")) <= 1
    await hold.release()
    await again.hears(*(f"meanwhile {channel}" for channel in groups))
    assert len(await tg.calls("updates.getChannelDifference")) == len(groups)
    await again.stop()


async def test_the_first_word_of_a_group_survives_a_bot_that_is_killed_over_it(
    tg, settings, ali, group
):
    class Stuck(Listener):
        async def on_message(self, incoming: Incoming) -> None:
            await super().on_message(incoming)
            await asyncio.Event().wait()

    bot = Stuck(settings)
    await bot.start()
    await says(tg, ali, group, "the very first")
    await bot.hears("the very first")
    for task in bot.chat_session.handling:
        task.cancel()
    await bot.chat_session.close()
    again = Listener(settings)
    await again.start()
    await again.hears("the very first")
    await again.stop()


@pytest.mark.parametrize("place", ["first", "newest", "none"])
async def test_a_group_that_was_never_heard_of_is_heard_of_at_the_next_start(
    tg, settings, ali, group, place, monkeypatch
):
    """The difference says that there is something (updateChannelTooLong), with the place from which
    to fetch it, with the newest one, or without any."""
    if place == "none":
        monkeypatch.setattr(updates, "place_before", lambda event: None)
    elif place == "newest":
        monkeypatch.setattr(updates, "place_before", lambda event: event.pts)
    bot = Listener(settings)
    await bot.start()
    await ali.sends("before")
    await bot.hears("before")
    await bot.stop()
    await says(tg, ali, group, "meanwhile")
    again = Listener(settings)
    await again.start()
    await again.hears("meanwhile")
    assert (await tg.calls("updates.getChannelDifference"))[0]
    assert {one.chat for one in again.messages if one.text == "meanwhile"} == {
        group - 1_000_000_000_000
    }
    await again.stop()


async def test_the_first_word_of_a_group_is_heard_though_later_words_came_before_it_was_asked_for(
    tg, settings, ali
):
    """Nothing but a date says that a group which is not known yet has something: that of a push
    says nothing of what was sent before it on a connection that broke."""
    await tg.botfather(privacy=False)
    bot = Listener(settings)
    await bot.start()
    await tg.called("updates.getDifference")
    await tg.behaves(lost=1.0)
    group = await tg.channel("A new group", broadcast=False)
    for account in (tg.bot, ali.id):
        await tg.join(group, account)
    await says(tg, ali, group, "lost")
    await tg.behaves()
    await another_second()
    await ali.sends("later")
    await bot.hears("later")
    await tg.drops_connections(tg.bot)
    await bot.hears("later", "lost")
    await bot.stop()


async def another_second() -> None:
    """Telegram's dates are whole seconds."""
    begun = int(time.time())
    while int(time.time()) == begun:
        await asyncio.sleep(0.05)
