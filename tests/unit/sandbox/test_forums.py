"""Forums of the loopback Telegram, seen by the unmodified client."""

import pytest
from pyrogram import errors
from pyrogram.types import ReplyParameters

from tests.sandbox.person import Person
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.listener_fixtures import ali, bot, tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["ali", "bot", "tg"]


@pytest.fixture
async def forum(tg: Telegram, ali: Person) -> Group:
    return await tg.group("Forum", ali, forum=True)


async def test_an_answer_goes_into_the_topic_of_the_question(bot, ali, forum):
    films = await forum.opens_topic("Films", ali)
    there = ali.at(forum, topic=films)
    await bot.hears()
    await there.sends("/dl x")
    heard = await bot.hears()
    await bot.client.send_message(
        heard.chat.id, "in the topic", message_thread_id=heard.message_thread_id
    )
    await bot.client.send_message(
        heard.chat.id, "an answer", reply_parameters=ReplyParameters(message_id=heard.id)
    )

    assert (heard.message_thread_id, heard.topic_message) == (films, True)
    assert (await there.sees("in the topic")).topic == films
    answer = await there.sees("an answer")
    assert (answer.topic, answer.reply) == (films, heard.id)


async def test_a_closed_topic_takes_no_message_but_an_admins(tg, bot, ali, forum):
    films = await forum.opens_topic("Films", ali)
    await ali.at(forum, films).sends("/dl x")
    heard = [await bot.hears(), await bot.hears()][1]
    await forum.closes_topic(films)
    with pytest.raises(errors.TopicClosed):
        await heard.reply("on its way")
    await forum.admits(tg.bot, "admin", ["manage_topics"])
    await heard.reply("on its way")


async def test_a_deleted_topic_is_told_so(bot, ali, forum):
    films = await forum.opens_topic("Films", ali)
    await ali.at(forum, films).sends("/dl x")
    heard = [await bot.hears(), await bot.hears()][1]
    await forum.deletes_topic(films)
    with pytest.raises(errors.TopicDeleted):
        await heard.reply("on its way")


async def test_what_is_said_without_a_topic_is_in_the_general_one(bot, ali, forum):
    sent = await ali.at(forum).sends("/dl x")
    heard = await bot.hears()
    assert (sent.topic, heard.topic_message, heard.message_thread_id) == (1, None, None)


async def test_a_topic_is_opened_closed_and_named_by_a_bot_with_the_right(tg, bot, ali, forum):
    await ali.at(forum).sends("/dl x")
    await bot.hears()
    with pytest.raises(errors.ChatAdminRequired):
        await bot.client.create_forum_topic(forum.chat_id, "Films")
    await forum.admits(tg.bot, "admin", ["manage_topics"])
    topic = await bot.client.create_forum_topic(forum.chat_id, "Films")
    sent = await bot.client.send_message(forum.chat_id, "x", message_thread_id=topic.id)
    assert (await ali.at(forum).sees("x")).topic == sent.message_thread_id == topic.id
    await bot.client.close_forum_topic(forum.chat_id, topic.id)
    with pytest.raises(Refused, match="TOPIC_CLOSED"):
        await ali.at(forum, topic.id).sends("too late")
