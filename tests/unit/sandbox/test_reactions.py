"""Reactions in the loopback Telegram, seen by the unmodified client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client, errors, raw
from pyrogram.handlers import MessageReactionHandler
from pyrogram.types import MessageReactionUpdated

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.listener import Listener
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        yield server


class Bot(Listener):
    """A listener that hears of reactions too."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.reacted: asyncio.Queue[MessageReactionUpdated] = asyncio.Queue()

        async def sees(_: Client, update: MessageReactionUpdated) -> None:
            await self.reacted.put(update)

        client.add_handler(MessageReactionHandler(sees))


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Bot]:
    started = Bot(client(tg, tmp_path))
    async with started.client:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali")


@pytest.fixture
async def group(tg: Telegram, ali: Person) -> Group:
    return await tg.group("Film club", ali)


async def test_a_bots_reaction_comes_and_goes(bot, ali, group):
    here = ali.at(group)
    sent = await here.sends("/dl x")
    heard = await bot.hears()
    await bot.client.send_reaction(heard.chat.id, message_id=heard.id, emoji="👀")
    assert list((await here.sees_reaction(sent, "👀")).values()) == [["👀"]]
    await bot.client.send_reaction(heard.chat.id, message_id=heard.id)
    await here.sees_reaction(sent)


async def test_a_reaction_in_private_is_seen_there(bot, ali):
    sent = await ali.sends("hello")
    heard = await bot.hears()
    await bot.client.send_reaction(ali.id, message_id=heard.id, emoji="👍")
    await ali.sees_reaction(sent, "👍")
    assert (await ali.chat())[0].text == "hello"


@pytest.mark.parametrize("emoji", ["🧨", "x", ""])
async def test_what_is_no_reaction_is_refused(bot, ali, emoji):
    await ali.sends("hello")
    heard = await bot.hears()
    with pytest.raises(errors.ReactionInvalid):
        await react(bot, ali, heard.id, emoji)


async def react(bot: Bot, ali: Person, number: int, *emoji: str) -> None:
    given = [raw.types.ReactionEmoji(emoticon=one) for one in emoji]
    peer = raw.types.InputPeerUser(user_id=ali.id, access_hash=0)
    query = raw.functions.messages.SendReaction(peer=peer, msg_id=number, reaction=given)
    await bot.client.invoke(query)


async def test_a_reaction_that_the_chat_does_not_allow_is_refused(bot, ali, group):
    await group.permits_reactions("👍")
    await ali.at(group).sends("/dl x")
    heard = await bot.hears()
    with pytest.raises(errors.ReactionInvalid):
        await heard.react("👀")
    await heard.react("👍")
    await group.permits_reactions()
    with pytest.raises(errors.ReactionInvalid):
        await heard.react("👍")


async def test_a_chat_tells_which_reactions_it_allows(bot, ali, group):
    await group.permits_reactions("👍", "👎")
    await ali.at(group).sends("/dl x")
    await bot.hears()
    chat = await bot.client.get_chat(group.chat_id)
    assert [one.emoji for one in chat.available_reactions.reactions] == ["👍", "👎"]


async def test_a_bot_puts_one_reaction_on_a_message(bot, ali):
    await ali.sends("hello")
    heard = await bot.hears()
    with pytest.raises(errors.ReactionsTooMany):
        await react(bot, ali, heard.id, "👍", "👎")


async def test_an_equal_reaction_and_none_to_remove_change_nothing(bot, ali):
    await ali.sends("hello")
    heard = await bot.hears()
    with pytest.raises(errors.MessageNotModified):
        await react(bot, ali, heard.id)
    await react(bot, ali, heard.id, "👍")
    with pytest.raises(errors.MessageNotModified):
        await react(bot, ali, heard.id, "👍")


async def test_a_message_that_is_gone_takes_no_reaction(bot, ali):
    sent = await ali.sends("hello")
    heard = await bot.hears()
    await ali.deletes(sent)
    with pytest.raises(errors.MessageIdInvalid):
        await react(bot, ali, heard.id, "👍")


async def test_an_admin_bot_hears_of_a_persons_reaction(tg, bot, ali, group):
    here = ali.at(group)
    sent = await here.sends("/dl x")
    await bot.hears()
    await here.reacts(sent, "👎")
    await group.admits(tg.bot, "admin")
    await here.reacts(sent, "👍")

    told = await asyncio.wait_for(bot.reacted.get(), 10)
    assert [one.emoji for one in told.new_reaction] == ["👍"]
    assert (told.message_id, told.user.first_name, bot.reacted.qsize()) == (sent.id, "Ali", 0)
