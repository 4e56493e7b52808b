"""The strict loopback Telegram in groups and by inline id; and the same deeds over its socket."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client, errors, types
from pyrogram.handlers import ChosenInlineResultHandler, InlineQueryHandler, MessageHandler

from tests.sandbox.person import Person
from tests.sandbox.telegram import control
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.control import Control
from tests.sandbox.telegram.desk import Desk
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.manners import GROUP, Window
from tests.sandbox.telegram.server import Telegram

BUTTONS = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("⏳", callback_data="wait")]])


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(strict=True) as server:
        await server.botfather(inline=True, feedback=True)
        yield server


class Bot:
    """A bot that answers queries and commands; `chosen` are the inline ids of its messages."""

    def __init__(self, started: Client) -> None:
        self.client = started
        self.chosen: asyncio.Queue[str] = asyncio.Queue()

        async def asks(_: Client, query: types.InlineQuery) -> None:
            said = types.InputTextMessageContent("▱▱▱ 0%")
            result = types.InlineQueryResultArticle("A film", said, reply_markup=BUTTONS)
            await query.answer([result], cache_time=0)

        async def chooses(_: Client, result: types.ChosenInlineResult) -> None:
            await self.chosen.put(result.inline_message_id)

        async def hears(_: Client, message: types.Message) -> None:
            await message.reply(f"heard {message.text}", reply_markup=BUTTONS)

        started.add_handler(InlineQueryHandler(asks))
        started.add_handler(ChosenInlineResultHandler(chooses))
        started.add_handler(MessageHandler(hears))


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Bot]:
    started = Bot(client(tg, tmp_path, sleep_threshold=0))
    async with started.client:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali")


@pytest.fixture
async def group(tg: Telegram, bot: Bot, ali: Person) -> Group:
    made = await tg.group("Film club", ali)
    await bot.client.get_chat(made.chat_id)
    return made


async def test_a_group_takes_twenty_messages_a_minute_from_a_bot(tg, bot, group):
    full = Window(GROUP, 60.0, deque([time.time()] * (GROUP - 1)))
    tg.manners.rules[tg.bot, group.id, "group"] = full
    await bot.client.send_message(group.chat_id, "the twentieth")
    with pytest.raises(errors.FloodWait):
        await bot.client.send_message(group.chat_id, "one more")
    [broken] = await tg.violations()
    assert "more than group allows" in broken


async def test_progress_in_a_group_is_judged_too(tg, bot, group):
    sent = await bot.client.send_message(group.chat_id, "A film\n▰▱▱ 10%")
    with pytest.raises(errors.FloodWait):
        await sent.edit_text("A film\n▰▰▱ 40%")
    assert len(await tg.violations()) == 1


async def test_progress_by_inline_id_is_judged_too(tg, bot, ali):
    here = ali.at(await tg.person("Sara"))
    await here.chooses((await here.inline("a"))[0])
    number = await asyncio.wait_for(bot.chosen.get(), 10)
    with pytest.raises(errors.FloodWait):
        await bot.client.edit_inline_text(number, "▰▰▱ 40%")
    assert len(await tg.violations()) == 1


async def test_a_restart_forgets_no_group_and_no_inline_message(tmp_path):
    async with Telegram(tmp_path / "tg") as first:
        await first.botfather(inline=True, feedback=True)
        ali = await first.person("Ali")
        club = await first.group("Film club", ali, forum=True)
        here = ali.at(club, await club.opens_topic("Films", ali))
        bot = Bot(client(first, tmp_path))
        async with bot.client:
            sent = await here.chooses((await here.inline("a"))[0])
            number = await asyncio.wait_for(bot.chosen.get(), 10)
        port = first.port
    async with Telegram(tmp_path / "tg", port=port) as again:
        same = (await again.person("Ali")).at(club, sent.topic)
        async with client(again, tmp_path) as bot_again:
            await bot_again.edit_inline_text(number, "done")
        assert (await same.sees_edit(sent, "done")).topic == sent.topic


@pytest.fixture
async def remote(tg: Telegram, tmp_path: Path) -> AsyncIterator[Desk]:
    """The same server, ruled through its socket."""
    listener = await control.serve(tg, tmp_path / "control.sock")
    async with Control(tmp_path / "control.sock") as desk:
        yield desk
    listener.close()


async def test_the_socket_carries_all_of_it(remote, bot):
    ali = await remote.person("Ali", language="fa")
    club = await remote.group("Film club", ali, forum=True)
    await club.permits_reactions("👍")
    films = await club.opens_topic("Films", ali)
    here = ali.at(club, films)
    sent = await here.sends("/dl x")
    answer = await here.sees("heard /dl x")
    assert (answer.topic, answer.reply) == (films, sent.id)
    await here.reacts(answer, "👍")
    assert await here.sees_reaction(answer, "👍") == {"Ali": ["👍"]}
    chosen = await here.chooses((await here.inline("a"))[0])
    assert (chosen.topic, chosen.via) == (films, remote.bot)
    await bot.client.set_bot_commands([types.BotCommand("dl", "fetch")])
    assert await here.commands() == [("dl", "fetch")]
