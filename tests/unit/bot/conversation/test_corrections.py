"""Messages that are edited soon after they were sent: the new words count instead of the old."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from procs.records.job import Step
from procs.store.database import Database
from procs.telegram.chat.inbound import Incoming
from tests.sandbox.bot_parts import LINK, Bot, Hands, until


@pytest.fixture
async def incoming(bot: Bot) -> list[Incoming]:
    """What the bot was told, in order; it is heard on."""
    told: list[Incoming] = []
    take = bot.intake.on_message

    async def noted(message: Incoming) -> None:
        told.append(message)
        await take(message)

    bot.chat_session.on_message = noted
    return told


def states(db: Database) -> list[tuple[str, str]]:
    return [tuple(row) for row in db.all("SELECT variant, state FROM requests ORDER BY id", {})]


def is_open(db: Database, variant: str) -> bool:
    """Whether this is all that is asked for."""
    return [form for form, state in states(db) if state == "open"] == [variant]


async def test_an_edit_replaces_the_wish(bot, db, sara):
    sent = await sara.sends(LINK)
    status = await sara.sees("In line")
    await sara.edits(sent, f"{LINK} mp3")
    await sara.sees_edit(status, "edited message asks for instead")
    await until(lambda: states(db) == [("best", "cancelled"), ("mp3", "open")])
    await sara.sees(lambda m: m.id != status.id and m.reply == sent.id and "In line" in m.text)


async def test_an_edit_replaces_the_link(bot, db, sara):
    sent = await sara.sends("https://example.org/wrong.mp4")
    await sara.sees("wrong.mp4")
    await sara.edits(sent, LINK)
    await sara.sees("clip.mp4")
    await until(lambda: states(db) == [("best", "cancelled"), ("best", "open")])


async def test_an_edit_stops_a_download_that_runs(bot, db, sara):
    hands = Hands(db)
    sent = await sara.sends(LINK)
    await sara.sees("In line")
    lease = hands.claim()
    hands.report(lease, Step.FETCH, 1, 2)
    await sara.edits(sent, f"{LINK} 720")
    await until(lambda: ("720p", "open") in states(db))
    await until(lambda: db.one("SELECT stop FROM jobs WHERE id = :job", {"job": lease.job})[0])


async def test_an_edit_that_changes_nothing_does_nothing_twice(bot, db, tg, sara, incoming):
    sent = await sara.sends(f"{LINK} mp3")
    await sara.sees("In line")
    await sara.edits(sent, f"{LINK} mp3 please")
    await until(lambda: len(incoming) == 2)
    await bot.rests()
    assert states(db) == [("mp3", "open")]
    assert len(await tg.calls("messages.sendMessage")) == 1


async def test_an_edit_that_is_heard_twice_counts_once(bot, db, tg, sara, incoming):
    sent = await sara.sends(LINK)
    await sara.sees("In line")
    await sara.edits(sent, f"{LINK} mp3")
    await until(lambda: ("mp3", "open") in states(db))
    await bot.intake.on_message(incoming[-1])
    await bot.rests()
    assert states(db) == [("best", "cancelled"), ("mp3", "open")]


async def test_an_edit_back_and_forth_leaves_one_request_open(bot, db, sara):
    sent = await sara.sends(LINK)
    await sara.sees("In line")
    for words, variant in ((" mp3", "mp3"), ("", "best"), (" mp3", "mp3")):
        await sara.edits(sent, LINK + words)
        await until(partial(is_open, db, variant))
    assert len(states(db)) == 4


async def test_words_that_come_back_while_they_are_being_answered_count_again(bot, db, sara):
    answered, take = asyncio.Event(), bot.intake.on_message

    async def slow(message: Incoming) -> None:
        await take(message)
        await answered.wait()

    bot.chat_session.on_message = slow
    sent = await sara.sends(LINK)
    await until(partial(is_open, db, "best"))
    for words, variant in ((" mp3", "mp3"), ("", "best"), (" mp3", "mp3")):
        await sara.edits(sent, LINK + words)
        await until(partial(is_open, db, variant))
    assert not bot.chat_session.is_settled()
    answered.set()
    await bot.rests()
    assert bot.chat_session.is_settled()


async def test_a_link_that_an_edit_brings_is_fetched(bot, db, sara):
    sent = await sara.sends("look at this")
    await sara.sees("no link")
    await sara.edits(sent, f"look at this {LINK}")
    await sara.sees("In line")
    assert states(db) == [("best", "open")]


async def test_an_edit_that_takes_the_link_away_cancels_and_promises_nothing(bot, db, sara):
    sent = await sara.sends(LINK)
    status = await sara.sees("In line")
    await sara.edits(sent, "never mind")
    told = await sara.sees_edit(status, "Cancelled.")
    assert "instead" not in told.text
    await bot.rests()
    assert states(db) == [("best", "cancelled")]
    assert len([one for one in await sara.history() if not one.mine]) == 1


async def test_an_edit_that_takes_one_of_two_links_away_leaves_the_other(bot, db, sara):
    sent = await sara.sends("https://example.org/1.mp4 https://example.org/2.mp4")
    await until(lambda: len(states(db)) == 2)
    await sara.edits(sent, "https://example.org/2.mp4")
    await until(lambda: states(db) == [("best", "cancelled"), ("best", "open")])
    await bot.rests()
    assert len(states(db)) == 2


async def test_an_edit_answers_the_question(bot, db, sara):
    sent = await sara.sends(f"{LINK} 8k")
    await sara.sees("8k")
    await sara.edits(sent, f"{LINK} 4k")
    await sara.sees("In line")
    assert states(db) == [("best", "asked"), ("2160p", "open")]


async def test_an_edit_after_a_minute_is_for_other_readers(bot, db, sara, incoming):
    await sara.sends(LINK)
    await sara.sees("In line")
    (first,) = incoming
    await bot.intake.on_message(replace(first, text=f"{LINK} mp3", edited=first.at + 61))
    assert states(db) == [("best", "open")]


async def test_an_edited_command_is_not_carried_out_again(bot, db, sara, incoming):
    sent = await sara.sends(LINK)
    await sara.sees("In line")
    await sara.edits(sent, "/cancel")
    await until(lambda: len(incoming) == 2)
    await bot.rests()
    assert states(db) == [("best", "open")]


async def test_what_was_delivered_stays(bot, db, sara):
    hands = Hands(db)
    sent = await sara.sends(LINK)
    status = await sara.sees("In line")
    hands.fetches(hands.claim())
    hands.delivers()
    await sara.sees_gone(status)
    await sara.edits(sent, f"{LINK} mp3")
    await until(lambda: states(db) == [("best", "delivered"), ("mp3", "open")])
