"""Modes and hosts from the chat: what people read, and what is fetched for them."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.admins import audit_log
from procs.store.modes import bot_members, bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.reports import job_record
from procs.store.sites import host_lists
from tests.sandbox.bot_parts import LINK, running, until, wants


@pytest.fixture
async def bot(settings, db, olga):
    async with running(replace(settings, admins=(olga.id,)), lives=True, admins=[olga.id]) as bot:
        yield bot


async def switched(bot, mode: Mode) -> None:
    await until(lambda: bot_modes.current(bot.db, now=clock.now()).mode is mode)


async def test_the_light_mode_fetches_720p_and_says_so(bot, olga, sara, hands):
    wants(bot.db, sara.id)
    await olga.sends("/panel")
    page = await olga.sees("🛠 Panel")
    await olga.presses("🚦 Mode", page)
    page = await olga.sees_edit(page, "🚦 Now: Normal")
    await olga.presses("Light", page)
    page = await olga.sees_edit(page, "For how long?")
    await olga.presses("6 h", page)
    page = await olga.sees_edit(page, lambda m: "🚦 Now: Light" in m.text and "Until" in m.text)
    await sara.sends(LINK)
    await sara.sees("720p at most")
    assert hands.claim(Lane.HEAVY).link.variant == "720p"
    await olga.presses("🤖 Leave it to the system", page)
    await switched(bot, Mode.NORMAL)
    acts = [(one.action, one.became) for one in audit_log.latest(bot.db)]
    assert acts == [("mode-auto", "normal (usual)"), ("mode-set", "light (hand)")]


async def test_a_closed_bot_asks_its_admin_twice_and_refuses_people(bot, tg, olga, sara):
    wants(bot.db, sara.id)
    await olga.sends("/mode closed")
    page = await olga.sees("Only admins are served")
    await olga.presses("Until I change it", page)
    page = await olga.sees_edit(page, "Close the bot for everybody")
    assert bot_modes.current(bot.db, now=clock.now()).mode is Mode.NORMAL
    await olga.presses("✅ Yes, do it", page)
    await switched(bot, Mode.CLOSED)
    await sara.sends(LINK)
    await sara.sees("I'm closed at the moment")
    reza = await tg.person("Reza", language="fa")
    await reza.sends(LINK)
    await reza.sees("تعطیلم")
    assert job_record.alive(bot.db) == []


async def test_members_are_served_where_others_are_not(bot, olga, sara):
    wants(bot.db, sara.id)
    await olga.sends("/mode members 2h")
    await olga.sees("Members only")
    await sara.sends(LINK)
    await sara.sees("members only")
    await olga.sends(f"/user {sara.id}")
    page = await olga.sees("👤 Sara")
    await olga.presses("⭐ Make a member", page)
    await until(lambda: bot_members.has(bot.db, sara.id))
    await sara.sends(LINK + "?again")
    await until(lambda: len(job_record.alive(bot.db)) == 1)


async def test_what_is_kept_is_all_that_comes_in_that_mode(bot, olga, sara, hands):
    wants(bot.db, sara.id)
    await sara.sends(LINK)
    await until(lambda: job_record.alive(bot.db))
    hands.fetches(hands.claim())
    await olga.sends("/mode kept")
    await switched(bot, Mode.KEPT)
    await sara.sends(LINK + "?other")
    await sara.sees("I only send what I already have")
    await sara.sends(LINK)
    await until(lambda: hands.claim(Lane.LIGHT))


async def test_a_blocked_host_and_its_subdomains_say_why(bot, olga, sara):
    wants(bot.db, sara.id)
    await olga.sends("/sites")
    page = await olga.sees("🌐 Hosts on a list")
    await olga.presses("⛔ Block a host", page)
    page = await olga.sees_edit(page, "Send the host")
    await olga.sends("example.org they asked us not to")
    page = await olga.sees("⛔ example.org — they asked us not to")
    await sara.sends("https://cdn.example.org/clip.mp4")
    refusal = await sara.sees("I don't fetch from this site.")
    assert "Reason: they asked us not to" in refusal.text
    host_lists.put(
        bot.db, "cdn.example.org", allowed=True, reason="", admin=olga.id, now=clock.now()
    )
    await sara.sends("https://cdn.example.org/clip.mp4?again")
    await until(lambda: len(job_record.alive(bot.db)) == 1)
    await olga.presses("✖️ example.org", page)
    page = await olga.sees_edit(page, lambda m: m.button("🗑 Take it off the list"))
    await olga.presses("🗑 Take it off the list", page)
    await until(lambda: host_lists.find(bot.db, "example.org") is None)


async def test_a_site_is_paused_and_goes_on(bot, olga, sara):
    wants(bot.db, sara.id)
    await sara.sends(LINK)
    await until(lambda: job_record.alive(bot.db))
    await olga.sends("/site https://example.org/x")
    page = await olga.sees("🌐 example.org")
    assert "ways = default" in page.text
    await olga.presses("⏸ Pause", page)
    await until(lambda: job_record.alive(bot.db)[0].state.name == "HELD")
    await olga.presses("▶️ Go on", await olga.sees_edit(page, "Paused: yes"))
    await until(lambda: job_record.alive(bot.db)[0].state.name == "QUEUED")
