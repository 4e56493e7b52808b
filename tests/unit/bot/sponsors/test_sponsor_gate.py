"""Sponsors in every state: who is asked, who is let through, and what admins are told."""

import asyncio
from dataclasses import replace

import pytest

from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import admin_rows
from procs.store.health import alerts
from procs.store.sponsors import (
    held_messages,
    sponsor_rows,
    sponsor_rules,
    sponsor_visits,
)
from procs.store.sponsors.sponsor_rules import SponsorRules
from tests.sandbox.bot_parts import LINK, running, until, wants

ASK = "channels.getParticipant"


@pytest.fixture(autouse=True)
def best(db, sara):
    wants(db, sara.id)


def opens(message) -> list[str]:
    return [one["text"] for row in message.buttons for one in row if one["url"]]


async def test_only_what_is_missing_is_shown_and_each_chat_is_asked_once(
    bot, db, tg, sara, channel, sponsored
):
    chats = [await channel(name) for name in ("One", "Two", "Three")]
    for chat in chats:
        sponsored(chat)
    await chats[1].admits(sara)
    for place in range(3):
        await sara.sends(f"{LINK}?{place}")
    asked = await sara.sees("please join these first (2)")
    assert opens(asked) == ["🔗 One", "🔗 Three"]
    await bot.rests()
    assert len(await tg.calls(ASK)) == 2  # of the chat that she joined an update told
    for chat in (chats[0], chats[2]):
        await chat.admits(sara)
    await until(lambda: len(bot.requests()) == 3)
    await until(lambda: not held_messages.people(db))


async def test_who_is_restricted_there_is_in_and_who_was_thrown_out_is_not(
    bot, tg, sara, channel, sponsored
):
    quiet, closed = await channel("Quiet"), await channel("Closed")
    sponsored(quiet), sponsored(closed)
    await quiet.admits(sara)
    await quiet.restricts(sara, "send_messages")
    await closed.admits(sara, "banned")
    await sara.sends(LINK)
    assert opens(await sara.sees("please join")) == ["🔗 Closed"]


@pytest.mark.parametrize("counts", [True, False])
async def test_a_join_request_counts_where_the_sponsor_says_so(
    bot, db, tg, sara, channel, sponsored, counts
):
    chat = await channel("Private")
    link = await chat.invites(tg.bot, by_request=True)
    sponsor = sponsored(chat, link, own=True)
    sponsor_rows.change(db, replace(sponsor, by_request=counts))
    await sara.sends(LINK)
    asked = await sara.sees("please join")
    assert await sara.follows(asked.button("🔗")["url"]) == "asking"
    await bot.rests()
    if not counts:
        await sara.presses("✅ I joined", asked)
        assert not bot.requests()
        await chat.decides(sara, lets_in=True)
    await sara.sees_edit(asked, "Thank you!")
    await until(bot.requests)
    (sponsor,) = sponsor_rows.listed(db)
    assert sponsor.joined == 1


@pytest.mark.parametrize("closed", [False, True])
async def test_what_telegram_does_not_say_lets_pass_or_keeps_out(
    bot, db, tg, sara, channel, sponsored, closed
):
    sponsored(await channel("One"))
    sponsor_rules.write(db, SponsorRules(fails_closed=closed), now=clock.now())
    await tg.fails(ASK, "500 INTERNAL", times=50)
    await sara.sends(LINK)
    if closed:
        await sara.sees("please join")
        assert not bot.requests()
    await sara.sends(f"{LINK}?2")
    if not closed:
        await until(lambda: len(bot.requests()) == 2)
    (alert,) = alerts.standing(db)
    assert (alert.kind, alert.subject) == ("sponsor-unsure", "One")
    assert len(await tg.calls(ASK)) == 1


async def test_a_chat_where_the_bot_lost_its_rights_is_named_and_skipped(
    bot, db, tg, sara, channel, sponsored
):
    chat, other = await channel("Lost"), await channel("Kept")
    sponsored(chat), sponsored(other)
    await chat.loses(tg.bot)
    await until(lambda: alerts.standing(db))
    (alert,) = alerts.standing(db)
    assert (alert.kind, alert.subject) == ("sponsor-lost", "Lost")
    await sara.sends(LINK)
    assert opens(await sara.sees("please join")) == ["🔗 Kept"]
    await chat.admits(tg.bot, "admin")
    await until(lambda: not alerts.standing(db))


async def test_lost_rights_of_which_no_update_told_are_found_by_asking(
    bot, db, tg, sara, channel, sponsored
):
    sponsored(await channel("Lost"))
    await tg.fails(ASK, "CHAT_ADMIN_REQUIRED", times=5)
    await sara.sends(LINK)
    await until(bot.requests)
    assert [one.kind for one in alerts.standing(db)] == ["sponsor-lost"]
    await sara.sends(f"{LINK}?2")
    await until(lambda: len(bot.requests()) == 2)
    assert len(await tg.calls(ASK)) == 1


async def test_no_sponsor_locks_nobody_out(bot, tg, sara):
    await sara.sends(LINK)
    await until(bot.requests)
    assert not await tg.calls(ASK)


async def test_campaigns_ask_whom_they_are_for(bot, db, tg, sara, channel, sponsored):
    past, goal = sponsored(await channel("Past")), sponsored(await channel("Full"))
    fa, soon = sponsored(await channel("Persian")), sponsored(await channel("Soon"))
    wall = clock.now().wall
    sponsor_rows.change(db, replace(past, ends=wall - 1))
    sponsor_rows.change(db, replace(soon, starts=wall + 3600))
    sponsor_rows.change(db, replace(fa, language="fa"))
    sponsor_rows.change(db, replace(goal, goal=1))
    sponsor_visits.note_shown(db, goal.id, 4242, now=clock.now())
    sponsor_visits.note_joined(db, goal, 4242, "", now=clock.now())
    await sara.sends(LINK)
    await until(bot.requests)
    assert not await tg.calls(ASK)


async def test_admins_and_old_users_are_not_asked(bot, db, tg, sara, channel, sponsored):
    sponsored(await channel("One"))
    admin_rows.give(db, sara.id, Role.VIEWER, by=1, now=clock.now())
    await sara.sends(LINK)
    await until(bot.requests)
    sponsor_rules.write(db, SponsorRules(exempt_role=Role.EVERYONE), now=clock.now())
    await sara.sends(f"{LINK}?2")
    await sara.sees("please join")


@pytest.mark.parametrize(("met", "asks"), [(29, True), (31, False)])
async def test_old_users_are_not_asked_from_the_day_on_that_admins_set(
    bot, db, sara, channel, sponsored, met, asks
):
    sponsored(await channel("One"))
    now = clock.now()
    sponsor_rules.write(db, SponsorRules(exempt_days=30, exempt_role=Role.VIEWER), now=now)
    await sara.starts()
    await sara.sees("Hi")
    with db.write():
        then = {"person": sara.id, "then": now.wall - met * 86400}
        db.change("UPDATE users SET first_seen = :then WHERE id = :person", then)
    sent = await sara.sends(LINK)
    if asks:
        assert (await sara.sees("please join")).reply == sent.id
        assert not bot.requests()
    else:
        await until(bot.requests)


async def test_as_many_as_admins_want_are_asked_of_one_person_always_the_same(
    bot, db, tg, sara, channel, sponsored
):
    for name in ("One", "Two", "Three", "Four"):
        sponsored(await channel(name))
    sponsor_rules.write(db, SponsorRules(most=2), now=clock.now())
    await sara.sends(LINK)
    asked = await sara.sees("please join these first (2)")
    assert len(opens(asked)) == 2
    await sara.sends(f"{LINK}?2")
    again = await sara.sees("please join these first (2)", last=True)
    assert opens(again) == opens(asked)
    assert len(await tg.calls(ASK)) == 2


async def test_a_link_that_waits_survives_the_bot(settings, db, tg, sara, channel, sponsored):
    chat = await channel("One")
    sponsored(chat)
    async with running(settings):
        await sara.sends(LINK)
        asked = await sara.sees("please join")
    await chat.admits(sara)
    async with running(settings) as second:
        await until(second.requests)
        await sara.sees_edit(asked, "Thank you!")


async def test_the_words_are_persian_for_a_persian(bot, db, tg, channel, sponsored):
    reza = await tg.person("Reza", language="fa")
    wants(db, reza.id)
    sponsored(await channel("فیلم‌ها"))
    await reza.sends(LINK)
    asked = await reza.sees("لینکت رو نگه داشتم")
    assert [b["text"] for row in asked.buttons for b in row] == [
        "🔗 \u2068فیلم‌ها\u2069",
        "✅ جوین شدم",
    ]
    said = await reza.presses("✅ جوین شدم", asked)
    assert said["alert"]
    assert said["text"].startswith("هنوز عضو نشدی:")


async def test_many_presses_ask_telegram_a_few_times(bot, db, tg, sara, channel, sponsored):
    sponsored(await channel("One"))
    await sara.sends(LINK)
    asked = await sara.sees("please join")
    await asyncio.gather(*(sara.presses("✅ I joined", asked) for _ in range(25)))
    assert len(await tg.calls(ASK)) <= 11


async def test_a_button_that_asks_for_media_anew_is_no_way_around(
    bot, sara, channel, sponsored, hands
):
    await sara.sends(LINK)
    await until(bot.requests)
    hands.fetches(hands.claim())
    hands.delivers()
    await until(lambda: not bot.requests())
    chat = await channel("One")
    sponsored(chat)
    await sara.sends("/history")
    page = await sara.sees(lambda m: m.buttons)
    label = page.buttons[0][0]["text"]
    said = await sara.presses(label, page)
    assert said["text"] == "Still missing: One"
    await sara.sees("then press again")
    assert not bot.requests()
    await chat.admits(sara)
    await sara.presses(label, page)
    await until(bot.requests)
