"""Support as a talk, through the real client: people, a group of agents, and what goes between."""

import pytest

from procs.records.admin_role import Role
from procs.store.admins import audit_log, support_threads
from tests.sandbox.bot_parts import until


@pytest.fixture
async def desk(bot, tg, olga):
    """The group of the agents, in which the owner switched support on."""
    group = await tg.group("Desk", olga)
    await group.admits(olga, "admin")
    await olga.starts()
    await olga.at(group).sends("/supporthere")
    await olga.at(group).sees("What people write after /support")
    return group


async def begun(person):
    await person.sends("/support")
    return await person.sees("Write what it is about")


async def test_a_person_and_the_agents_talk(bot, desk, olga, sara):
    await begun(sara)
    await sara.sends("my film has no sound")
    agent = olga.at(desk)
    who = await agent.sees(str(sara.id))
    assert "Sara" in who.text
    question = await agent.sees("my film has no sound")
    await bot.rests()
    await agent.sends("which film is it?", reply=question)
    answer = await sara.sees("which film is it?")
    assert "Olga" not in answer.text
    await sara.sends("the second one")
    await agent.sees("the second one")
    assert [audit_log.latest(bot.db)[0].action] == ["support-here"]


async def test_an_answer_to_who_it_is_goes_back_too(bot, desk, olga, sara):
    await begun(sara)
    await sara.sends("hello?")
    who = await olga.at(desk).sees(str(sara.id))
    await bot.rests()
    await olga.at(desk).sends("hello!", reply=who)
    await sara.sees("hello!")


async def test_words_of_two_people_are_not_mixed_up(bot, desk, tg, olga, sara):
    mina = await tg.person("Mina", language="en")
    for person in (sara, mina):
        await begun(person)
        await person.sends(f"I am {person.id}")
        await olga.at(desk).sees(f"I am {person.id}")
    await bot.rests()
    for person in (mina, sara):
        asked = await olga.at(desk).sees(f"I am {person.id}")
        await olga.at(desk).sends(f"you are {person.id}", reply=asked)
    for person in (sara, mina):
        await person.sees(f"you are {person.id}")
        assert len([m for m in await person.chat() if "you are" in m.text]) == 1


async def test_a_closed_thread_passes_nothing_on(bot, desk, olga, sara):
    page = await begun(sara)
    await sara.sends("hello?")
    who = await olga.at(desk).sees(str(sara.id))
    await olga.at(desk).presses("✅ close", who)
    await sara.sees("The talk with support is over")
    await sara.sends("are you there?")
    await bot.rests()
    assert not [m for m in await olga.at(desk).chat() if "are you there" in m.text]
    await sara.presses("✅ that is all", page)


async def test_links_are_handled_while_somebody_writes_to_support(bot, desk, sara):
    await begun(sara)
    await sara.sends("https://example.org/1")
    await until(bot.requests)


async def test_without_a_support_chat_nothing_is_begun(bot, olga, sara):
    await sara.sends("/support")
    await sara.sees("named nobody to write to")
    assert not support_threads.codes(bot.db, sara.id)


async def test_a_viewer_may_not_make_a_group_the_support_chat(bot, tg, appointed):
    vera = await appointed("Vera", Role.VIEWER)
    group = await tg.group("Mine", vera)
    await vera.at(group).sends("/supporthere")
    await bot.rests()
    assert bot.intake.admins.support.chat() is None
