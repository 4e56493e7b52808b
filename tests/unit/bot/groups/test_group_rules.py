"""What the admins of a group decide there: who presses, how much comes, and how."""

from collections.abc import AsyncIterator

import pytest
from pyrogram import raw

from procs.core import clock
from procs.store.people import member_roles, preferences
from procs.store.requests.allowances import Allowance
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, Bot, running, until
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.server import Telegram
from tests.unit.strict_telegram import tg

__all__ = ["tg"]

MOST = 2


@pytest.fixture
async def bot(settings, db) -> AsyncIterator[Bot]:
    async with running(settings, allowance=Allowance(10, 10, MOST)) as bot:
        yield bot


@pytest.fixture
async def group(tg: Telegram, reza: Person, other: Person) -> Group:
    return await tg.group("Film club", reza, other)


def wants(bot: Bot, group: Group, name: str, value: object) -> None:
    """What an admin of the group set."""
    preferences.change_group(bot.db, group.chat_id, name, value, now=clock.now())


async def asked(bot: Bot, group: Group, reza: Person) -> Person:
    """A request of Reza's whose message has a button."""
    wants(bot, group, "progress", "message")
    here = reza.at(group)
    await here.sends(f"/dl {LINK}")
    await here.sees("example.org")
    await bot.rests()
    return here


@pytest.mark.parametrize(
    ("who", "role", "may"),
    [
        ("admins", "member", False),
        ("admins", "admin", True),
        ("admins", "creator", True),
        ("asker", "admin", False),
        ("everyone", "member", True),
    ],
)
async def test_who_may_press_is_what_the_group_set(bot, group, reza, other, who, role, may):
    await asked(bot, group, reza)
    wants(bot, group, "who_presses", who)
    await group.admits(other, role)
    there = other.at(group)
    status = await there.sees("example.org")
    told = await there.presses("cancel:1", status)
    assert (told["text"] == "Cancelled.") is may
    assert (bot.db.one("SELECT state FROM requests") == ("cancelled",)) is may


async def test_telegram_is_asked_once_who_is_an_admin_until_it_says_otherwise(
    bot, tg, group, reza, other
):
    await asked(bot, group, reza)
    await group.admits(other, "member")
    there = other.at(group)
    status = await there.sees("example.org")
    for _ in range(2):
        await there.presses("cancel:1", status)
    assert len(await tg.calls("channels.getParticipant")) == 1
    await group.admits(other, "admin")
    news = raw.types.UpdateChannelParticipant(
        channel_id=-group.id, date=0, actor_id=reza.id, user_id=other.id, qts=1
    )
    bot.chat_session._note(news, {}, {})
    assert member_roles.read(bot.db, group.chat_id, other.id, now=clock.now()) == ""
    assert (await there.presses("cancel:1", status))["text"] == "Cancelled."


async def test_a_group_has_a_limit_beside_that_of_each_person(bot, group, reza, other, language):
    here = reza.at(group)
    for n in range(MOST):
        await other.at(group).sends(f"/dl https://example.org/{n}")
    await until(lambda: len(bot.requests()) == MOST)
    await here.sends("/dl https://example.org/more")
    word = {"fa": "لینک این گروه", "en": "This group has"}[language]
    await here.sees(word)
    await reza.sends("https://example.org/in-private")
    await until(lambda: len(bot.requests()) == MOST + 1)


async def test_the_message_with_the_link_goes_where_the_group_wants_that(
    bot, tg, hands, group, reza
):
    wants(bot, group, "delete_link", True)
    await group.admits(tg.bot, "admin")
    here = reza.at(group)
    sent = await here.sends(f"/dl {LINK}")
    await until(bot.requests)
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_gone(sent)


async def test_a_link_that_may_not_be_deleted_stays_without_a_word(bot, hands, group, reza):
    wants(bot, group, "delete_link", True)
    here = reza.at(group)
    sent = await here.sends(f"/dl {LINK}")
    await until(bot.requests)
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_reaction(sent, "")
    await until(lambda: not bot.requests())
    assert not [m for m in await here.chat() if m.author == tg_bot(here)]


def tg_bot(person: Person) -> int:
    return person.desk.bot


def has(message: Message, label: str) -> bool:
    """Whether a message has a button of exactly this label."""
    return any(one["text"] == label for row in message.buttons for one in row)


async def test_an_admin_sets_what_the_group_wants_by_buttons(bot, group, reza, other, language):
    await group.admits(reza, "admin")
    here = reza.at(group)
    await here.sends("/settings")
    title = i18n.say(language, "set-auto-title")
    menu = await here.sees(lambda m: m.button(title))
    await here.presses(title, menu)
    page = await here.sees_edit(menu, lambda m: has(m, i18n.say(language, "set-on")))
    await here.presses(i18n.say(language, "set-on"), page)
    await until(lambda: preferences.read_group(bot.db, group.chat_id).auto)


async def test_who_is_no_admin_sets_nothing(bot, group, reza, other, language):
    here = reza.at(group)
    await here.sends("/settings")
    await here.sees(i18n.say(language, "group-admins-only"))
    await group.admits(other, "admin")
    there = other.at(group)
    await there.sends("/settings")
    title = i18n.say("en", "set-auto-title")
    menu = await there.sees(lambda m: m.button(title))
    wants(bot, group, "who_presses", "everyone")
    told = await here.presses(title, menu)
    assert told["text"] == i18n.say(language, "group-admins-only")


async def test_another_admin_may_turn_the_pages_and_one_who_is_none_any_more_may_not(
    bot, group, reza, other
):
    await group.admits(other, "admin")
    there = other.at(group)
    await there.sends("/settings")
    title = i18n.say("en", "set-auto-title")
    menu = await there.sees(lambda m: m.button(title))
    await group.admits(other, "member")
    member_roles.drop(bot.db, group.chat_id, other.id)
    told = await there.presses(title, menu)
    assert told["text"] == i18n.say("en", "group-admins-only")
    await group.admits(reza, "admin")
    await reza.at(group).presses(title, menu)
    labels = [i18n.say(spoken, "set-on") for spoken in ("en", "fa")]
    await there.sees_edit(menu, lambda m: any(has(m, label) for label in labels))


async def test_an_anonymous_admin_may_set(bot, group, reza):
    await group.admits(reza, "admin", ["anonymous"])
    here = reza.at(group)
    await here.sends("/settings")
    menu = await here.sees(lambda m: m.button(i18n.say("en", "set-auto-title")))
    await here.presses(i18n.say("en", "set-auto-title"), menu)
    await until(lambda: member_roles.read(bot.db, group.chat_id, reza.id, now=clock.now()))


async def test_a_wait_for_reactions_is_kept_and_loses_none(bot, tg, hands, group, reza):
    await tg.fails("messages.sendReaction", "420 FLOOD_WAIT_1")
    here = reza.at(group)
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, "👀")
    hands.fetches(hands.claim())
    hands.delivers()
    await here.sees_reaction(sent, "")
