"""Who leaves a sponsor's chat: what Telegram said of them last counts, however it came."""

import pytest

from procs.core import clock
from procs.records.sponsor_records import IN, OUT
from procs.store.sponsors import sponsor_members
from procs.telegram.chat.member_updates import MemberChange
from tests.sandbox.bot_parts import LINK, until, wants

ASK = "channels.getParticipant"


@pytest.fixture(autouse=True)
def best(db, sara):
    wants(db, sara.id)


async def test_who_leaves_is_asked_again(bot, db, sara, channel, sponsored):
    chat = await channel("One")
    sponsored(chat)
    await chat.admits(sara)
    await sara.sends(LINK)
    await until(bot.requests)
    await chat.loses(sara)
    await until(lambda: OUT in sponsor_members.read(db, sara.id, now=clock.now()).values())
    await sara.sends(f"{LINK}?2")
    await sara.sees("please join")
    assert len(bot.requests()) == 1


async def test_a_change_that_is_told_once_more_behind_a_later_one_is_none(
    bot, db, sara, channel, sponsored
):
    sponsor = sponsored(await channel("One"))
    came, left = (
        MemberChange(sponsor.chat, sara.id, state, "", serial)
        for state, serial in ((IN, 7), (OUT, 8))
    )
    gate = bot.intake.sponsors
    for change in (came, left, came):
        await gate.apply_change(change)

    assert list(sponsor_members.read(db, sara.id, now=clock.now()).values()) == [OUT]


async def test_an_answer_from_before_somebody_left_does_not_let_them_through(
    bot, db, tg, sara, channel, sponsored
):
    chat = await channel("One")
    sponsored(chat)
    await chat.admits(sara)
    await until(lambda: IN in sponsor_members.read(db, sara.id, now=clock.now()).values())
    with db.write():
        db.change("DELETE FROM sponsor_members")  # what the update told is over
    held = await tg.holds(ASK, done=True)
    await sara.sends(LINK)
    assert await held.reached()
    await chat.loses(sara)
    await until(lambda: OUT in sponsor_members.read(db, sara.id, now=clock.now()).values())
    await held.release()
    await sara.sees("please join")
    assert not bot.requests()
