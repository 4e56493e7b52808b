"""A group that is closed to the bot: who asked is told why, and where that is possible."""

import pytest

from procs.errors import (
    ChatClosed,
    GroupLeft,
    GroupMediaForbidden,
    GroupMuted,
    TopicClosed,
)
from procs.telegram.rpc_errors import refused
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, Bot, Hands, until
from tests.sandbox.person import Person
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.server import Telegram
from tests.unit.strict_telegram import tg

__all__ = ["tg"]


@pytest.fixture
async def reza(bot: Bot, tg: Telegram, language: str) -> Person:
    """Somebody who has met the bot in private."""
    reza = await tg.person("Reza", language=language)
    await reza.starts()
    await reza.sees("Reza")
    return reza


@pytest.fixture
async def group(tg: Telegram, reza: Person) -> Group:
    return await tg.group("Film club", reza)


async def asked(bot: Bot, here: Person) -> None:
    await here.sends(f"/dl {LINK}")
    await until(lambda: bot.requests() and bot.requests()[0].status_message is not None)


def words(language: str, key: str) -> str:
    return i18n.say(language, key)


async def closes(group: Group, how: str, tg: Telegram) -> None:
    if how == "left":
        await group.admits(tg.bot, "banned")
    else:
        await group.restricts(tg.bot, "send_messages")


@pytest.mark.parametrize(
    ("how", "key"), [("left", "failed-group-left"), ("muted", "failed-group-muted")]
)
async def test_who_asked_is_told_in_private_why_the_group_is_closed(
    bot, hands, tg, reza, group, language, how, key
):
    await asked(bot, reza.at(group))
    await closes(group, how, tg)
    hands.fails(hands.claim(), key)
    told = await reza.sees(words(language, key))
    assert "example.org" in told.text
    await until(lambda: not bot.requests())


async def test_another_failure_keeps_its_own_reason_in_private(
    bot, hands, tg, reza, group, language
):
    await asked(bot, reza.at(group))
    await closes(group, "muted", tg)
    hands.fails(hands.claim(), "failed-gone")
    told = await reza.sees(words(language, "failed-gone"))
    assert words(language, "failed-group-muted") in told.text


async def test_media_that_the_group_forbids_is_told_there(bot, hands, reza, group, language):
    here = reza.at(group)
    await asked(bot, here)
    await group.forbids("send_media")
    hands.fails(hands.claim(), "failed-group-media")
    await here.sees(words(language, "failed-group-media"))
    await until(lambda: not bot.requests())


async def test_a_closed_topic_is_told_in_private(bot, hands, tg, reza, language):
    forum = await tg.group("Forum", reza, forum=True)
    topic = await forum.opens_topic("News", reza)
    await asked(bot, reza.at(forum, topic=topic))
    await forum.closes_topic(topic)
    hands.fails(hands.claim(), "failed-gone")
    told = await reza.sees(words(language, "failed-topic-closed"))
    assert words(language, "failed-gone") in told.text


async def test_who_never_wrote_in_private_costs_one_try(bot: Bot, hands: Hands, tg, sara):
    group = await tg.group("Film club", sara)
    await asked(bot, sara.at(group))
    await group.admits(tg.bot, "banned")
    hands.fails(hands.claim(), "failed-group-left")
    await until(lambda: not bot.requests())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CHANNEL_PRIVATE", GroupLeft),
        ("CHAT_FORBIDDEN", GroupLeft),
        ("CHAT_WRITE_FORBIDDEN", GroupMuted),
        ("CHAT_SEND_PLAIN_FORBIDDEN", GroupMuted),
        ("CHAT_SEND_MEDIA_FORBIDDEN", GroupMediaForbidden),
        ("CHAT_SEND_VIDEOS_FORBIDDEN", GroupMediaForbidden),
        ("TOPIC_CLOSED", TopicClosed),
        ("TOPIC_DELETED", TopicClosed),
        ("USER_IS_BLOCKED", ChatClosed),
    ],
)
def test_each_reason_has_a_class_of_its_own(name, kind):
    assert type(refused(name, "messages.SendMedia")) is kind
