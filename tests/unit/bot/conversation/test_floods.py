"""One person who sends too much: what is taken, what is said, and how the others fare."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from procs.core import clock
from procs.store.database import Database
from procs.store.people import repeat_tallies
from procs.store.requests.allowances import Allowance
from tests.sandbox.bot_parts import LINK, Bot, running, until, wants
from tests.sandbox.person import Message, Person
from tests.unit.persian_ali import ali

__all__ = ["ali"]
#: Requests that one person may have on the way here, and entries of a list.
MOST, ENTRIES = 5, 3


@pytest.fixture
async def bot(settings, db: Database) -> AsyncIterator[Bot]:
    async with running(settings, allowance=Allowance(MOST, ENTRIES)) as bot:
        yield bot


@pytest.fixture(autouse=True)
def usual_form(db: Database, sara: Person) -> None:
    """She is not asked in which form a link is wanted."""
    wants(db, sara.id)


def links(count: int, word: str = "") -> str:
    return " ".join(f"https://example.org/{n}{word}" for n in range(count))


async def answers(person: Person, words: str = "") -> list[Message]:
    return [m for m in await person.history() if not m.mine and words in m.text]


def counted(bot: Bot, kind: str) -> int:
    row = bot.db.one("SELECT count FROM tallies WHERE kind = :kind", {"kind": kind})
    return row[0] if row else 0


async def a_minute_passes(bot: Bot) -> None:
    with bot.db.write():
        bot.db.change(
            "UPDATE tallies SET since = since - :minute", {"minute": repeat_tallies.MINUTE}
        )
    await bot.intake.inbox.look()


# --- how much is taken -----------------------------------------------------------------------


async def test_what_is_too_much_is_left_out_and_told_in_one_line(bot, sara, caplog):
    caplog.set_level(logging.INFO)
    sent = await sara.sends(links(MOST + 3))
    told = await sara.sees("when some have arrived")
    for n in range(20):
        await sara.sends(f"https://example.org/more/{n}")
    await until(lambda: counted(bot, "refused") == 23)
    await bot.rests()

    assert told.reply == sent.id
    assert len(bot.requests()) == MOST
    assert len(await answers(sara, "when some have arrived")) == 1
    await a_minute_passes(bot)
    said = [one.message for one in caplog.records if "requests.refused" in one.message]
    assert said == [f"requests.refused user={sara.id} count=23"]


async def test_of_each_message_with_many_links_it_is_told_how_many_were_left_out(bot, sara):
    await sara.sends(links(MOST + 3))
    await sara.sees("I took the first 5 of these links; the last 3 I left out")
    more = " ".join(f"https://example.org/more/{n}" for n in range(4))
    for _ in range(2):
        sent = await sara.sends(more)
        await sara.sees(lambda m, to=sent.id: m.reply == to and "when some have arrived" in m.text)


async def test_a_minute_later_it_is_told_again(bot, sara):
    await sara.sends(links(MOST + 1))
    await sara.sees("when some have arrived")
    await a_minute_passes(bot)

    sent = await sara.sends(LINK)

    await sara.sees(lambda m: m.reply == sent.id and "when some have arrived" in m.text)


async def test_what_one_person_may_not_another_may(bot, sara, ali):
    await sara.sends(links(MOST + 1))
    await sara.sees("when some have arrived")

    sent = await ali.sends(LINK)

    await ali.sees(lambda m: m.reply == sent.id)
    assert len(bot.requests()) == MOST + 1


async def test_there_is_room_again_when_some_of_it_is_over(bot, sara):
    await sara.sends(links(MOST + 1))
    await sara.sees("when some have arrived")
    await sara.sends("/cancel")
    await sara.sees("is cancelled")

    sent = await sara.sends(LINK)

    await sara.sees(lambda m: m.reply == sent.id and "In line" in m.text)


async def test_lists_are_taken_until_a_persons_worth_of_entries_is_promised(bot, sara):
    await sara.sends("\n".join(f"https://example.org/list/{n} all" for n in range(3)))
    await sara.sees("from the lists you sent")
    await sara.sends(LINK)
    await sara.sees("example.org/clip.mp4")

    assert len(bot.requests()) == 3


# --- stopping --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["/cancel all", "/cancel همه", "/cancel everything", "/CANCEL All"]
)
async def test_everything_is_cancelled_at_once(bot, sara, words):
    await sara.sends(links(3))
    await until(lambda: len(bot.requests()) == 3)

    sent = await sara.sends(words)

    told = await sara.sees(lambda m: m.reply == sent.id)
    assert told.text == "Cancelled: 3."
    await until(lambda: not bot.requests())


async def test_cancel_offers_to_stop_all_of_the_others(bot, sara):
    await sara.sends(links(4))
    await until(lambda: len(bot.requests()) == 4)
    await sara.sends("/cancel")
    told = await sara.sees("is cancelled. These")

    answer = await sara.presses("All of them (3)", told)

    assert answer["text"] == "Cancelled: 3."
    await until(lambda: not bot.requests())


async def test_cancelling_all_leaves_other_people_and_what_came_later_alone(bot, sara, ali):
    await sara.sends(links(2))
    await ali.sends(LINK)
    await until(lambda: len(bot.requests()) == 3)
    await sara.sends("/cancel all")
    await sara.sees("Cancelled: 2")
    await sara.sends("https://example.org/later")
    await sara.sees("example.org/later")

    def still_open() -> list[int]:
        return sorted(one.user for one in bot.requests() if one.state == "open")

    await until(lambda: still_open() == [sara.id, ali.id])


async def test_what_was_written_before_it_and_not_begun_is_cancelled_too(bot, tg, sara):
    async with bot.intake.inbox.turns.turn("somebody else"):
        await sara.sends(links(2))
        await until(lambda: bot.intake.inbox.turns.lines)
        await sara.sends("/cancel all")
        await sara.sees("Cancelled: 1.")
    await bot.rests()

    assert bot.requests() == []


async def test_after_cancelling_all_nothing_more_is_said_of_any_of_it(settings, db, tg, sara):
    async with running(settings) as bot:
        await sara.sends(links(15))
        await sara.sees("example.org/0")
        await sara.sends("/cancel all")
        await sara.sees("Cancelled: 15.")
        await bot.rests()

        sends = await tg.calls("messages.sendMessage")
        await until(lambda: not bot.requests())
        await bot.rests()

        assert len(await tg.calls("messages.sendMessage")) == len(sends) < 10
        left = [m for m in await sara.chat() if "In line" in m.text]
        assert left == []


async def test_the_answer_to_cancel_passes_all_that_waits_for_the_chat(settings, db, sara):
    async with running(settings) as bot:
        await sara.starts()
        for n in range(12):
            await sara.sends(f"https://example.org/{n}")
        await until(lambda: len(bot.requests()) == 12)
        sent = await sara.sends("/cancel")

        told = await sara.sees(lambda m: m.reply == sent.id)

        statuses = [m for m in await answers(sara, "In line") if m.at < told.at]
        assert len(statuses) < 7  # of twelve, at one a second
        assert told.at - sent.at < 2.5


# --- words that ask for nothing --------------------------------------------------------------


async def test_three_hundred_messages_without_a_link_get_a_few_answers_and_one_line(
    bot, sara, caplog
):
    caplog.set_level(logging.INFO)
    for n in range(300):
        await sara.sends(f"hello{'!' * n}")
    await sara.sees("I'll stay quiet")
    await until(lambda: counted(bot, "hint:bad-none") == 300)
    await bot.rests()

    assert len(await answers(sara)) == 3
    await a_minute_passes(bot)
    lines = [one.message for one in caplog.records if one.name == "chapar"]
    assert [line for line in lines if f"user={sara.id}" in line] == [
        f"messages.unanswered user={sara.id} count=300"
    ]
    assert not [line for line in lines if "answer.unsaid" in line]


async def test_a_link_among_them_is_answered_all_the_same(bot, sara):
    for n in range(9):
        await sara.sends(f"hello{'!' * n}")

    sent = await sara.sends(LINK)

    await sara.sees(lambda m: m.reply == sent.id)


async def test_a_tally_outlives_the_bot(settings, db, sara):
    async with running(settings) as bot:
        for n in range(4):
            await sara.sends(f"hello{'!' * n}")
        await sara.sees("I'll stay quiet")
        await bot.rests()
    async with running(settings) as bot:
        await sara.sends("hello again")
        sent = await sara.sends(LINK)
        await sara.sees(lambda m: m.reply == sent.id)
        assert len(await answers(sara, "no link")) == 2
        assert repeat_tallies.note(bot.db, sara.id, "hint:bad-none", now=clock.now()) == 6


# --- the others ------------------------------------------------------------------------------


async def test_a_flood_of_one_person_delays_the_answers_to_another_by_a_turn(
    settings, db, sara, ali
):
    async with running(settings) as bot:
        await ali.starts()
        await ali.sees("سلام")
        for n in range(40):
            await sara.sends(f"https://example.org/{n}")
        await until(lambda: len(bot.requests()) >= 20)

        sent = await ali.sends("https://example.org/ali")

        told = await ali.sees(lambda m: m.reply == sent.id)
        assert told.at - sent.at < 2.0
        await sara.sends("/cancel all")
        await sara.sees("Cancelled: 40")


async def test_messages_are_taken_up_in_turns_by_person(bot, sara, ali):
    order: list[int] = []

    async def wait(person: int, number: int) -> None:
        async with bot.intake.inbox.turns.turn(person, number):
            order.append(person)

    async with bot.intake.inbox.turns.turn(0):
        waits = [asyncio.ensure_future(wait(1, n)) for n in range(5)]
        waits += [asyncio.ensure_future(wait(2, n)) for n in range(2)]
        await asyncio.sleep(0)
    await asyncio.gather(*waits)

    assert order == [1, 2, 1, 2, 1, 1, 1]
