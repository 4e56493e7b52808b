"""A bot's commands by scope and language, its menu, and who stops it, on the loopback Telegram."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client, errors, raw, types
from pyrogram.handlers import RawUpdateHandler

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        yield server


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Client]:
    async with client(tg, tmp_path) as started:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali", language="fa")


@pytest.fixture
async def ben(tg: Telegram) -> Person:
    return await tg.person("Ben", language="de")


async def register(
    bot: Client, word: str, scope: types.BotCommandScope, language: str = ""
) -> None:
    commands = [types.BotCommand(word, f"does {word}")]
    await bot.set_bot_commands(commands, scope, language)


async def words(person: Person) -> list[str]:
    return [word for word, _ in await person.commands()]


async def test_each_sees_the_list_of_their_language(bot, ali, ben):
    await register(bot, "start", types.BotCommandScopeDefault())
    await register(bot, "salam", types.BotCommandScopeDefault(), "fa")
    assert (await words(ali), await words(ben)) == (["salam"], ["start"])


async def test_the_narrowest_scope_counts(tg, bot, ali, ben):
    group = await tg.group("Film club", ben, admins=[ali])
    await bot.get_chat(group.chat_id)
    await register(bot, "start", types.BotCommandScopeDefault())
    await register(bot, "private", types.BotCommandScopeAllPrivateChats())
    await register(bot, "groups", types.BotCommandScopeAllGroupChats())
    await register(bot, "admins", types.BotCommandScopeAllChatAdministrators())

    assert await words(ben) == ["private"]
    assert await words(ben.at(group)) == ["groups"]
    assert await words(ali.at(group)) == ["admins"]
    await register(bot, "here", types.BotCommandScopeChat(group.chat_id))
    await register(bot, "chiefs", types.BotCommandScopeChatAdministrators(group.chat_id))
    assert await words(ben.at(group)) == ["here"]
    assert await words(ali.at(group)) == ["chiefs"]


async def test_a_list_is_read_and_taken_back_per_scope_and_language(bot, ali):
    everybody = types.BotCommandScopeAllPrivateChats()
    await register(bot, "start", types.BotCommandScopeDefault())
    await register(bot, "salam", everybody, "fa")
    assert [one.command for one in await bot.get_bot_commands(everybody, "fa")] == ["salam"]
    assert await bot.get_bot_commands(everybody, "de") == []
    await bot.delete_bot_commands(everybody, "fa")
    assert await words(ali) == ["start"]


@pytest.mark.parametrize(
    ("word", "description", "language", "error"),
    [
        ("Start", "begin", "", errors.BotCommandInvalid),
        ("x" * 33, "begin", "", errors.BotCommandInvalid),
        ("start", "", "", errors.BotCommandDescriptionInvalid),
        ("start", "x" * 257, "", errors.BotCommandDescriptionInvalid),
        ("start", "begin", "farsi", errors.LangCodeInvalid),
    ],
)
async def test_a_list_that_breaks_a_rule_is_refused(bot, word, description, language, error):
    with pytest.raises(error):
        await bot.set_bot_commands([types.BotCommand(word, description)], language_code=language)


async def test_the_button_beside_the_text_field_is_kept(bot, ali):
    await ali.starts()
    await bot.set_chat_menu_button(menu_button=types.MenuButtonCommands())
    for place in (ali.id, None):
        assert isinstance(await bot.get_chat_menu_button(place), types.MenuButtonCommands)


async def test_a_bot_sees_what_its_owner_switched_on(tg, bot):
    [before] = await bot.invoke(raw.functions.users.GetUsers(id=[raw.types.InputUserSelf()]))
    await tg.botfather(inline=True, privacy=False)
    [after] = await bot.invoke(raw.functions.users.GetUsers(id=[raw.types.InputUserSelf()]))
    assert (before.bot_inline_placeholder, before.bot_chat_history) == (None, False)
    assert (after.bot_inline_placeholder, after.bot_chat_history) == ("Search", True)


# --- who stops the bot -------------------------------------------------------------------------


@pytest.fixture
async def stops(bot: Client) -> "asyncio.Queue[raw.types.UpdateBotStopped]":
    queue: asyncio.Queue[raw.types.UpdateBotStopped] = asyncio.Queue()

    async def hears(_: Client, update: object, *__: object) -> None:
        if isinstance(update, raw.types.UpdateBotStopped):
            await queue.put(update)

    bot.add_handler(RawUpdateHandler(hears))
    return queue


async def test_a_bot_is_told_who_stops_it_and_who_comes_back(bot, stops, ali):
    await ali.starts()
    await ali.blocks()
    await ali.blocks(False)
    told = [await asyncio.wait_for(stops.get(), 10) for _ in range(2)]
    assert [(one.user_id, one.stopped) for one in told] == [(ali.id, True), (ali.id, False)]


async def test_who_stops_it_while_it_is_away_is_told_later(bot, stops, ali):
    await ali.starts()
    await bot.stop()
    await ali.blocks()
    await bot.start()
    query = raw.functions.updates.GetDifference(pts=1, date=0, qts=0)
    missed = await bot.invoke(query)
    assert [type(one).__name__ for one in missed.other_updates] == ["UpdateBotStopped"]


async def test_a_deleted_account_takes_no_message(bot, ali):
    await ali.starts()
    await ali.deactivates()
    with pytest.raises(errors.InputUserDeactivated):
        await bot.send_message(ali.id, "hello")
