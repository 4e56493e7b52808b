"""People who write too much, ask for the same again and again, or leave (J7)."""

import asyncio

import pytest

from procs.bot.conversation.manners import Manners
from procs.core import clock
from procs.records.job import State
from procs.store.people import repeat_tallies
from tests.sandbox.bot_parts import LINK, running, until
from tests.unit.persian_ali import ali

__all__ = ["ali"]
MOST = 4


@pytest.fixture
async def bot(settings, db):
    async with running(settings, manners=Manners(MOST, "@helper", reply_keyboard=True)) as bot:
        yield bot


async def answers(person) -> list[str]:
    return [m.text for m in await person.history() if not m.mine]


async def acted_upon(bot, person, count: int) -> None:
    """The bot has counted so many messages of a person."""

    def counted() -> int:
        sql = "SELECT count FROM tallies WHERE kind = 'messages' AND person = :person"
        row = bot.db.one(sql, {"person": person.id})
        return row[0] if row else 0

    await until(lambda: counted() >= count)
    await bot.rests()


# --- the rate


async def test_one_message_too_many_is_answered_once_with_the_seconds_left(bot, sara):
    for number in range(MOST + 4):
        await sara.sends(f"{LINK}?{number}")
    told = await sara.sees("messages a minute")
    await acted_upon(bot, sara, MOST + 4)
    assert "second" in told.text or "minute" in told.text.partition(".")[2]
    assert len([text for text in await answers(sara) if "messages a minute" in text]) == 1
    assert len(bot.requests()) == MOST


async def test_a_minute_later_a_person_is_heard_again(bot, sara):
    for number in range(MOST + 1):
        await sara.sends(f"{LINK}?{number}")
    await acted_upon(bot, sara, MOST + 1)
    with bot.db.write():
        minute = {"minute": repeat_tallies.MINUTE + 1}
        bot.db.change("UPDATE tallies SET since = since - :minute", minute)
    sent = await sara.sends(f"{LINK}?again")
    await sara.sees(lambda m: m.reply == sent.id)
    assert len(bot.requests()) == MOST + 1


async def test_cancel_is_heard_from_whoever_writes_too_much(bot, sara):
    for number in range(MOST + 2):
        await sara.sends(f"{LINK}?{number}")
    await acted_upon(bot, sara, MOST + 2)
    await sara.sends("/cancel all")
    await sara.sees(f"Cancelled: {MOST}.")


async def test_one_persons_flood_leaves_another_alone(bot, sara, ali):
    for number in range(MOST + 2):
        await sara.sends(f"{LINK}?{number}")
    sent = await ali.sends(LINK)
    await ali.sees(lambda m: m.reply == sent.id)


async def test_a_message_that_telegram_tells_again_is_counted_once(settings, db, tg, sara):
    async with running(settings, manners=Manners(MOST)) as bot:
        incoming = []
        on_message = bot.chat_session.on_message

        async def hears(message):
            incoming.append(message)
            await on_message(message)

        bot.chat_session.on_message = hears
        await sara.sends(LINK)
        await sara.sees("In line")
        await bot.rests()
        for _ in range(MOST + 2):
            await bot.intake.on_message(incoming[0])
        count = repeat_tallies.minute(db, sara.id, repeat_tallies.MESSAGES, now=clock.now())[1]
        assert count == 2  # the message, and this look


# --- the same again


async def test_the_same_link_ten_times_is_one_request_and_one_pointer_to_it(settings, db, sara):
    async with running(settings) as bot:
        first = await sara.sends(LINK)
        status = await sara.sees(lambda m: m.reply == first.id)
        for _ in range(9):
            await sara.sends(LINK)
        told = await sara.sees("on its way already")
        await until(lambda: len(db.all("SELECT 1 FROM heard WHERE done = 1")) >= 10)
        await bot.rests()
        assert told.reply in (status.id, first.id)
        assert len(bot.requests()) == 1
        assert len([text for text in await answers(sara) if "already" in text]) == 1


async def test_another_form_or_another_person_is_another_request(settings, db, sara, ali):
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sends(f"{LINK} mp3")
        await ali.sends(LINK)
        await until(lambda: len(bot.requests()) == 3)


async def test_what_is_over_is_asked_for_again(settings, db, hands, sara):
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
        await sara.sends("/cancel")
        await sara.sees("is cancelled")
        await sara.sends(LINK)
        await until(lambda: [one.state for one in bot.requests()].count("open") == 1)


# --- who leaves


async def test_who_blocks_the_bot_costs_nothing_any_more(bot, tg, sara):
    for number in (1, 2):
        await sara.sends(f"{LINK}?{number}")
    await sara.sees("clip.mp4?2")
    await bot.rests()
    said = len(await tg.calls("messages.*"))
    await sara.blocks()
    await until(lambda: not bot.requests())
    await bot.rests()
    states = {state for (state,) in bot.db.all("SELECT state FROM jobs")}
    assert states == {State.CANCELLED}
    assert len(await tg.calls("messages.*")) == said


async def test_what_others_wait_for_too_goes_on(bot, sara, ali):
    await sara.sends(LINK)
    await ali.sends(LINK)
    await until(lambda: len(bot.requests()) == 2)
    await sara.blocks()
    await until(lambda: [one.user for one in bot.requests()] == [ali.id])
    assert {state for (state,) in bot.db.all("SELECT state FROM jobs")} == {State.QUEUED}


async def test_who_comes_back_is_heard(bot, sara):
    await sara.sends(LINK)
    await sara.sees("In line")
    await sara.blocks()
    await until(lambda: not bot.requests())
    await sara.blocks(False)
    sent = await sara.sends(LINK)
    await sara.sees(lambda m: m.reply == sent.id)


# --- small commands


async def test_a_link_behind_dl_comes_as_if_alone_and_behind_audio_as_sound(bot, sara):
    await sara.sends(f"/dl {LINK}")
    await sara.sends(f"/audio {LINK}")
    await sara.sends(f"/audio {LINK}?cut 1:20-2:05")
    await until(lambda: len(bot.requests()) == 3)
    rows = bot.db.all("SELECT variant FROM requests ORDER BY id")
    assert [variant for (variant,) in rows] == ["best", "audio", "audio@80-125"]


@pytest.mark.parametrize("command", ["/dl", "/audio", "/dl hello", "/audio hello there"])
async def test_a_command_without_its_link_says_how_it_is_used(bot, sara, command):
    await sara.sends(command)
    await sara.sees("Write the link behind it")
    assert bot.requests() == []


async def test_ping_and_support_are_answered(bot, sara):
    await sara.sends("/ping")
    await sara.sees("I'm here")
    await sara.sends("/support")
    await sara.sees("@helper")


async def test_keys_below_the_chat_stand_for_commands_where_the_operator_wants_them(bot, sara):
    await sara.starts()
    await sara.sees("Hi")
    async with asyncio.timeout(10):
        assert await sara.keyboard() == [["👤", "📘", "⚙️"]]
    await sara.sends("⚙️")
    await sara.sees("⚙️ Your settings")
    await sara.sends("👤")
    await sara.sees("You have got nothing")


async def test_there_are_no_keys_otherwise(settings, db, sara):
    async with running(settings):
        await sara.starts()
        await sara.sees("Hi")
        assert not await sara.keyboard()
