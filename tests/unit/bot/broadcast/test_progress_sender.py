"""What an admin is told of a broadcast: one message that changes, one report, each once."""

import asyncio

import pytest

from procs.bot.broadcast.progress_sender import EDIT_GAP, ProgressSender
from procs.core import clock
from procs.records.broadcast_records import BroadcastState, SendState
from procs.store.broadcasts import broadcasts, recipients
from procs.store.broadcasts.recipients import SendOutcome
from procs.store.people import users
from tests import store_broadcasts

CROWD = 7_200_000_000


@pytest.fixture
def number(bot, olga) -> int:
    store_broadcasts.meet(bot.db, CROWD, 4, now=clock.now())
    return store_broadcasts.begin(bot.db, "News", admin=olga.id, now=clock.now())


async def look(bot) -> None:
    """What a bot that was started a while ago does."""
    await started(bot, EDIT_GAP).look()


def started(bot, ago: float) -> ProgressSender:
    """The part of a bot that was started so many seconds ago."""
    sender = ProgressSender(bot.db, bot.intake.replies)
    sender.began -= ago
    return sender


def outcomes(number: int) -> list[SendOutcome]:
    states = (SendState.SENT, SendState.SENT, SendState.BLOCKED, SendState.GONE)
    return [
        SendOutcome(CROWD + n, state, 1.0, (n + 1,) * (n < 2), "" if n < 2 else f"WHY_{n}")
        for n, state in enumerate(states)
    ]


async def test_progress_is_one_message_and_the_report_comes_once(bot, olga, number):
    await olga.starts()
    await look(bot)
    shown = await olga.sees("0 of 4 people")
    broadcasts.begin(bot.db, number, 5, now=clock.now())
    recipients.plan(bot.db, number, 10, now=clock.now())
    recipients.note(bot.db, number, outcomes(number))
    await look(bot)
    await olga.sees_edit(shown, "4 of 5 people")

    broadcasts.move(bot.db, number, BroadcastState.DONE, now=clock.now())
    await look(bot)
    await look(bot)
    report = await olga.sees(lambda m: "WHY_2" in m.text)
    assert "✅ sent 2" in report.text
    assert "🚫 blocked me 1" in report.text
    assert "👻 deleted accounts 1" in report.text
    assert "❔ 1 were on their way" in report.text
    assert "second" in report.text.split("⏱ Took")[1].splitlines()[0]
    assert len([m for m in await olga.history() if "WHY_2" in m.text]) == 1
    assert broadcasts.untold(bot.db) == []


async def test_a_bot_that_was_just_started_waits_before_it_edits(bot, olga, number):
    await olga.starts()
    await look(bot)
    shown = await olga.sees("0 of 4 people")
    broadcasts.begin(bot.db, number, 5, now=clock.now())

    await started(bot, 0.0).look()

    assert "0 of 4" in broadcasts.status(bot.db, number).shown
    await look(bot)
    await olga.sees_edit(shown, "0 of 5 people")


async def test_the_gap_to_the_next_edit_begins_when_this_one_is_out(bot, tg, olga, number):
    """Behind a broadcast an edit waits for its turn, for seconds."""
    await olga.starts()
    sender = started(bot, EDIT_GAP)
    await sender.look()
    broadcasts.begin(bot.db, number, 5, now=clock.now())
    hold = await tg.holds("messages.editMessage")
    sender.edited.clear()
    editing = asyncio.create_task(sender.look())
    await hold.reached()
    came = clock.now().boot
    await hold.release()
    await editing
    assert sender.edited[number] > came


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_what_it_waits_for_is_said(bot, olga, number, language):
    await olga.starts()
    users.speak(bot.db, olga.id, language)
    for why, until in (("night", 1e9), ("flood", 1e9), ("away", None), ("PEER_FLOOD", None)):
        broadcasts.rest(bot.db, number, why, until)
        await look(bot)
        known = broadcasts.status(bot.db, number)
        assert {"night": "🌙", "flood": "⏳", "away": "📡"}.get(why, "PEER_FLOOD") in known.shown


async def test_an_admin_who_blocked_the_bot_is_told_no_more(bot, olga, number):
    await olga.starts()
    await olga.blocks()
    await look(bot)
    broadcasts.move(bot.db, number, BroadcastState.CANCELLED, now=clock.now())
    await look(bot)
    assert broadcasts.untold(bot.db) == []
