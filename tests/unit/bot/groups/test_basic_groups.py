"""Groups that are no supergroups: their messages stand in each member's own box, and one day the
group becomes a supergroup, another chat with other numbers."""

import pytest

from procs.core import clock
from procs.store.people import preferences
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, until
from tests.sandbox.person import Person
from tests.sandbox.telegram.group import Group


@pytest.fixture
async def reza(tg) -> Person:
    return await tg.person("Reza", language="en")


@pytest.fixture
async def other(tg) -> Person:
    return await tg.person("Other", language="fa")


@pytest.fixture
async def group(tg, reza: Person, other: Person) -> Group:
    await reza.sends("so that their boxes count differently")
    return await tg.group("Film club", reza, other, basic=True)


async def test_a_link_in_a_basic_group_is_answered_there_and_seen_by_all(
    bot, hands, group, reza, other
):
    here, there = reza.at(group), other.at(group)
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, "👀")
    assert bot.requests()[0].chat == group.chat_id == group.id
    code = hands.fails(hands.claim(), "failed-gone")
    told = await here.sees(code)
    assert told.reply == sent.id
    await here.sees_reaction(sent, "")
    assert (await there.sees(code)).id != told.id  # the same message, under a number of their own
    await bot.rests()


async def test_the_bot_does_not_hear_what_is_not_said_to_it(bot, group, reza):
    here = reza.at(group)
    await here.sends(f"look at {LINK}")
    await here.sends(f"/dl {LINK}?mine")
    await until(bot.requests)
    assert [one.url for one in bot.requests()] == [f"{LINK}?mine"]


async def test_an_admin_of_a_basic_group_sets_what_it_wants(bot, group, reza, other):
    await group.admits(reza, "admin")
    here = reza.at(group)
    await here.sends("/settings")
    menu = await here.sees(lambda m: m.button(i18n.say("en", "set-auto-title")))
    await other.at(group).sends("/settings")
    await other.at(group).sees(i18n.say("fa", "group-admins-only"))
    await here.presses(i18n.say("en", "set-auto-title"), menu)
    page = await here.sees_edit(menu, lambda m: m.button(i18n.say("en", "set-back")))
    await here.presses(i18n.say("en", "set-on"), page)
    assert preferences.read_group(bot.db, group.chat_id).auto


async def test_a_basic_group_that_becomes_a_supergroup_takes_all_along(bot, hands, group, reza):
    preferences.change_group(bot.db, group.chat_id, "quiet", True, now=clock.now())
    here = reza.at(group)
    sent = await here.sends(f"/dl {LINK}")
    await here.sees_reaction(sent, "👀")
    await bot.rests()

    moved = await group.becomes_supergroup()

    await until(lambda: bot.requests()[0].chat == moved.chat_id)
    assert preferences.read_group(bot.db, moved.chat_id).quiet
    code = hands.fails(hands.claim(), "failed-gone")
    told = await reza.at(moved).sees(code)
    assert told.reply == 0  # what was answered has no number there
    fresh = await reza.at(moved).sends(f"/dl {LINK}?fresh")
    await reza.at(moved).sees_reaction(fresh, "👀")
