"""Support as a talk, through the real client: people, a group of agents, and what goes between."""

import pytest

from procs.records.admin_role import Role
from procs.store.admins import audit_log, support_threads
from tests.sandbox.bot_parts import until
from tests.sandbox.uploads import JPEG


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


async def test_an_agent_who_is_a_plain_member_answers_and_closes_too(bot, desk, tg, olga, sara):
    omid = await tg.person("Omid", language="en")
    await desk.admits(omid)
    await begun(sara)
    await sara.sends("hello?")
    asked = await omid.at(desk).sees("hello?")
    await bot.rests()
    for agent, words in ((olga, "this is one"), (omid, "this is another")):
        await agent.at(desk).sends(words, reply=asked)
        await sara.sees(words)
    who = await omid.at(desk).sees(str(sara.id))
    assert len([m for m in await omid.at(desk).chat() if str(sara.id) in m.text]) == 1
    said = await omid.at(desk).presses("✅ close", who)
    assert said["text"] == "closed"
    await sara.sees("The talk with support is over")


@pytest.mark.parametrize("kind", ["photo", "voice", "file", "sticker"])
async def test_pictures_voice_and_files_go_both_ways(bot, desk, olga, sara, tmp_path, kind):
    paths = [tmp_path / f"{n}.bin" for n in range(2)]
    for number, path in enumerate(paths):
        path.write_bytes(JPEG + bytes([number]))
    await begun(sara)
    await sara.sends("look", **{kind: paths[0]})
    agent = olga.at(desk)
    got = await agent.sees(lambda m: m.kind == kind)
    assert (got.text, got.forwarded) == ("look", "Sara")
    assert (await agent.receives_file(got, tmp_path / "in")).read_bytes() == JPEG + b"\0"
    await bot.rests()
    await agent.sends("and this", reply=got, **{kind: paths[1]})
    back = await sara.sees(lambda m: m.kind == kind)
    assert (back.text, back.forwarded) == ("and this", "")
    assert (await sara.receives_file(back, tmp_path / "out")).read_bytes() == JPEG + b"\1"


async def test_an_agent_is_told_what_did_not_arrive(bot, desk, olga, sara):
    await begun(sara)
    await sara.sends("hello?")
    asked = await olga.at(desk).sees("hello?")
    await bot.rests()
    await sara.blocks()
    sent = await olga.at(desk).sends("hello!", reply=asked)
    told = await olga.at(desk).sees("This did not arrive")
    assert told.reply == sent.id


async def test_a_person_is_told_when_the_support_chat_does_not_let_the_bot_in(bot, tg, desk, sara):
    await begun(sara)
    await desk.loses(tg.bot)
    await bot.rests()
    sent = await sara.sends("hello?")
    told = await sara.sees("I could not pass this on")
    assert told.reply == sent.id


async def test_who_is_answered_after_the_thread_was_closed_may_answer_again(bot, desk, olga, sara):
    await begun(sara)
    await sara.sends("hello?")
    asked = await olga.at(desk).sees("hello?")
    await olga.at(desk).presses("✅ close", await olga.at(desk).sees(str(sara.id)))
    await sara.sees("The talk with support is over")
    await olga.at(desk).sends("one thing more", reply=asked)
    await sara.sees("one thing more")
    await bot.rests()
    await sara.sends("yes?")
    await olga.at(desk).sees("yes?")


async def test_agents_read_who_it_is_in_their_language_and_anew_after_a_silence(
    bot, desk, tg, olga
):
    reza = await tg.person("Reza", language="fa")
    await reza.sends("/support")
    await reza.sees("بنویس موضوع چیه")
    await reza.sends("سلام")
    who = await olga.at(desk).sees(str(reza.id))
    assert "Reply to a message to answer it" in who.text
    await bot.rests()
    with bot.db.write():
        bot.db.change("UPDATE support_threads SET said_at = said_at - 13 * 3600")
    await reza.sends("هنوز هستم")
    await olga.at(desk).sees("هنوز هستم")
    told = [m for m in await olga.at(desk).chat() if str(reza.id) in m.text]
    assert len(told) == 2


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
