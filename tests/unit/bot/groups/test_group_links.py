"""How a link in a group becomes a request, and what is seen of it there."""

import asyncio

import pytest

from procs.core import clock
from procs.store.people import preferences
from procs.store.requests import heard_updates
from tests.sandbox.bot_parts import LINK, Bot, until
from tests.sandbox.person import Person
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.server import Telegram
from tests.unit.strict_telegram import tg

__all__ = ["tg"]

NAME = "@chapar_sandbox_bot"
EYES = "👀"
PAID = "SELECT empty_at FROM budget WHERE scope = 'reactions'"


@pytest.fixture
async def group(tg: Telegram, reza: Person) -> Group:
    return await tg.group("Film club", reza)


@pytest.fixture
async def here(reza: Person, group: Group) -> Person:
    return reza.at(group)


def wants(bot: Bot, group: Group, name: str, value: object) -> None:
    """What an admin of the group set."""
    preferences.change_group(bot.db, group.chat_id, name, value, now=clock.now())


async def is_quiet(bot: Bot, person: Person) -> bool:
    """Whether the bot wrote nothing there."""
    await bot.rests()
    return not [m for m in await person.chat() if m.author == person.desk.bot]


@pytest.mark.parametrize("text", [f"/dl {LINK}", f"/dl{NAME} {LINK}", f"{NAME} {LINK}"])
async def test_a_link_is_taken_by_command_and_by_name(bot, here, text):
    sent = await here.sends(text)
    await until(bot.requests)
    (one,) = bot.requests()
    assert (one.url, one.message) == (LINK, sent.id)


@pytest.mark.parametrize("text", ["/dl", NAME])
async def test_a_link_is_taken_of_the_message_that_is_answered(bot, tg, group, here, text):
    sara = await tg.person("Sara")
    await group.admits(sara)
    theirs = await sara.at(group).sends(f"look at this {LINK}")
    mine = await here.sends(text, reply=theirs)
    await until(bot.requests)
    (one,) = bot.requests()
    assert (one.url, one.message, one.user) == (LINK, mine.id, here.id)


async def test_the_words_of_an_answer_say_which_form(bot, here):
    theirs = await here.sends(f"look {LINK}")
    await here.sends("/dl mp3", reply=theirs)
    await until(bot.requests)
    assert bot.db.all("SELECT variant FROM requests") == [("mp3",)]


async def test_a_link_to_nobody_is_taken_where_the_group_wants_it(bot, tg, group, here):
    await group.admits(tg.bot, "admin")
    await here.sends(LINK)
    last = await here.sends("/dl@another_bot https://example.org/theirs")
    await until(lambda: heard_updates.is_known(bot.db, (group.chat_id, last.id, 0)))
    wants(bot, group, "auto", True)
    await here.sends("just words, mp3")
    await here.sends("https://example.org/taken")
    await until(bot.requests)
    assert [one.url for one in bot.requests()] == ["https://example.org/taken"]
    assert await is_quiet(bot, here)


async def test_what_was_said_to_nobody_is_not_complained_about(bot, tg, group, here):
    await group.admits(tg.bot, "admin")
    wants(bot, group, "auto", True)
    await here.sends("https://user:word@example.org/ ftp://example.org/a")
    await here.sends(LINK)
    await until(bot.requests)
    assert await is_quiet(bot, here)


async def test_a_group_has_a_form_unless_a_word_names_another(bot, group, here):
    wants(bot, group, "form", "720p")
    await here.sends(f"/dl {LINK}")
    await here.sends("/dl https://example.org/b mp3")
    await until(lambda: len(bot.requests()) == 2)
    assert bot.db.all("SELECT variant FROM requests ORDER BY id") == [("720p",), ("mp3",)]


async def test_a_reaction_shows_that_it_goes_on_and_goes_with_the_media(bot, hands, here):
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, EYES)
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_reaction(sent, "")
    await until(lambda: not bot.requests())
    assert await is_quiet(bot, here)


async def test_a_reaction_is_paid_for_when_it_can_go_and_not_while_telegram_is_away(
    bot, tg, hands, here
):
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, EYES)
    hands.fetches(hands.claim())
    await tg.stop()
    await until(lambda: not bot.chat_session.line.session.is_started.is_set())
    paid = bot.db.all(PAID)
    hands.delivers()
    await until(lambda: bot.status_board.busy)
    await asyncio.wait(bot.status_board.busy.values(), timeout=0.5)
    assert bot.db.all(PAID) == paid
    await tg.start()
    await here.sees_reaction(sent, "")


async def test_a_failure_is_a_short_reply_and_the_reaction_goes(bot, hands, here, language):
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, EYES)
    code = hands.fails(hands.claim(), "failed-gone")
    told = await here.sees(code)
    await here.sees_reaction(sent, "")
    assert told.reply == sent.id
    assert ("خصوصی" in told.text) is (language == "fa")
    await until(lambda: not bot.requests())


async def test_a_group_that_wants_it_has_a_message_that_changes(bot, hands, group, here):
    wants(bot, group, "progress", "message")
    sent = await here.sends(f"/dl {LINK}")
    status = await here.sees("example.org")
    assert (status.reply, (await here.sees(status.text)).reactions) == (sent.id, {})
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_gone(status)


@pytest.mark.parametrize("allowed", [[], ["👍"]])
async def test_where_reactions_are_not_allowed_a_message_says_it(bot, hands, group, here, allowed):
    await group.permits_reactions(*allowed)
    await here.sends(f"/dl {LINK}")
    status = await here.sees("example.org")
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_gone(status)


async def test_who_cancels_hears_it_once_and_the_reaction_goes(bot, here):
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, EYES)
    await here.sends("/cancel")
    await here.sees_reaction(sent, "")
    await until(lambda: not bot.requests())
    await bot.rests()
    assert len([m for m in await here.chat() if m.author == here.desk.bot]) == 1


async def test_a_corrected_link_keeps_the_reaction_until_it_came(bot, hands, here):
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, EYES)
    await here.edits(sent, "/dl https://example.org/right.mp4")
    await until(lambda: [one.url for one in bot.requests()] == ["https://example.org/right.mp4"])
    await here.sees_reaction(sent, EYES)
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_reaction(sent, "")


async def test_an_anonymous_admin_gets_a_word(bot, reza, group, here):
    await group.admits(reza, "admin", ["anonymous"])
    sent = await here.sends(f"/dl {LINK}")
    told = await here.sees("name of the group")
    assert (told.reply, bot.requests()) == (sent.id, [])


async def test_a_post_in_a_channels_name_gets_a_word(bot, tg, reza, here):
    news = await tg.group("News", bot="", broadcast=True)
    await news.admits(reza, "creator")
    await here.sends(f"/dl {LINK}", as_channel=news.id)
    await here.sees("name of a channel")
    assert bot.requests() == []


async def test_a_groups_language_is_spoken_there(bot, hands, group, here, language):
    other = {"fa": "en", "en": "fa"}[language]
    wants(bot, group, "language", other)
    await here.sends(f"/dl {LINK}")
    await until(bot.requests)
    code = hands.fails(hands.claim(), "failed-gone")
    told = await here.sees(code)
    assert ("خصوصی" in told.text) is (other == "fa")


async def test_an_answer_goes_into_the_topic_of_its_question(bot, hands, tg, reza):
    forum = await tg.group("Forum", reza, forum=True)
    topic = await forum.opens_topic("News", reza)
    here = reza.at(forum, topic=topic)
    await here.sends(f"/dl {LINK}")
    await until(bot.requests)
    code = hands.fails(hands.claim(), "failed-gone")
    told = await here.sees(code)
    assert (told.topic, bot.db.all("SELECT topic FROM requests")) == (topic, [(topic,)])
