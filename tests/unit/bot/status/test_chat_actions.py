"""A crowd that writes in one second: who has to wait, for the bot or for the budget of messages,
sees at once that the bot is at work."""

import asyncio
from typing import Any

from procs.bot import chat_actions
from procs.bot.conversation import inbound_queue
from procs.core import clock
from procs.store.limits import flood_waits, send_budget
from procs.store.limits.send_budget import EVERYBODY, GapLimit
from tests.sandbox.bot_parts import LINK, Bot, until
from tests.sandbox.person import Message, Person

#: More than the budget answers in a second.
MANY = inbound_queue.CROWD + 5
#: Seconds of the budget that others have taken before.
TAKEN = 2.0


async def crowd(tg: Any, bot: Bot, count: int, words: str = f"{LINK}?n=") -> list[Person]:
    """People whom the bot knows, each of whom writes a link of their own at once."""
    people = [await tg.person(f"P{number}", language="en") for number in range(count)]
    await asyncio.gather(*(one.sends(f"{words}{n}") for n, one in enumerate(people)))
    return people


def others_took_the_budget(bot: Bot) -> None:
    rule = GapLimit(EVERYBODY, TAKEN, 0.0)
    send_budget.take(bot.db, [rule], patience=0, now=clock.now())


async def seen(tg: Any, count: int) -> None:
    """Wait until so many people were shown something."""
    async with asyncio.timeout(10):
        while len({call["peer"] for call in await tg.calls("messages.setTyping")}) < count:
            await asyncio.sleep(0.02)


async def answer_of(person: Person) -> Message:
    return await person.sees(lambda message: not message.mine)


async def shown_at(person: Person) -> float:
    """The instant at which an activity was shown to a person last; 0 for never."""
    return float((await person.sees_typing())["at"])


async def test_who_waits_behind_a_crowd_sees_typing_before_the_answer(tg, bot):
    others_took_the_budget(bot)
    people = await crowd(tg, bot, MANY)
    times = [((await answer_of(one)).at, await shown_at(one)) for one in people]
    assert [answer for answer, shown in times if shown and shown < answer]


async def test_who_waits_until_the_bot_handles_their_message_sees_typing_already(tg, bot):
    async with bot.intake.inbox.turns.turn("somebody else"):
        await crowd(tg, bot, MANY)
        await seen(tg, MANY - inbound_queue.CROWD)
        assert bot.requests() == []


async def test_a_call_that_telegram_does_not_answer_delays_nobody_elses(tg, bot):
    unanswered = 10
    await tg.swallows("messages.setTyping", times=unanswered)
    async with bot.intake.inbox.turns.turn("somebody else"):
        await crowd(tg, bot, inbound_queue.CROWD + 2 * unanswered)
        await seen(tg, 2 * unanswered)


async def test_nothing_is_shown_any_more_to_who_was_answered_and_asked_for_nothing(tg, bot):
    await crowd(tg, bot, MANY, words="/start ")
    await bot.rests()
    assert not bot.intake.answers.chat_actions.unanswered


async def test_nobody_is_shown_anything_where_answers_come_at_once(tg, bot):
    people = await crowd(tg, bot, 3)
    await asyncio.gather(*map(answer_of, people))
    assert not bot.intake.answers.chat_actions.unanswered


async def test_nothing_is_shown_any_more_once_all_have_their_answer(tg, bot):
    others_took_the_budget(bot)
    people = await crowd(tg, bot, MANY)
    await asyncio.gather(*map(answer_of, people))
    await until(lambda: not bot.intake.answers.chat_actions.unanswered)


async def test_a_wait_that_telegram_asks_for_stops_the_actions_and_no_answer(tg, bot):
    await tg.floods("messages.setTyping", 30)
    others_took_the_budget(bot)
    people = await crowd(tg, bot, MANY)
    await asyncio.gather(*map(answer_of, people))
    assert flood_waits.wait_until(bot.db, chat_actions.SHOW) > clock.now().wall
