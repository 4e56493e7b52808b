"""Modes and hosts from the chat: what people read, and what is fetched for them."""

from dataclasses import replace

import pytest

from procs.core import clock
from procs.core.machine import machine_name
from procs.records.job import Lane
from procs.store.admins import audit_log
from procs.store.modes import bot_members, bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.reports import job_record
from procs.store.sites import host_lists
from tests.sandbox.bot_parts import LINK, running, until, wants
from tests.sandbox.card_parts import PAGE, looks, told


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


async def test_people_read_the_reason_and_the_end_that_an_admin_wrote(bot, tg, olga, sara):
    wants(bot.db, sara.id)
    await olga.sends("/mode closed 2h we move to another server")
    page = await olga.sees("Reason: we move to another server")
    await olga.presses("Closed · 2 hours", page)
    page = await olga.sees_edit(page, "Close the bot for everybody")
    await olga.presses("✅ Yes, do it", page)
    page = await olga.sees_edit(page, lambda m: "Until" in m.text and "another server" in m.text)
    await sara.sends(LINK)
    told = await sara.sees("I'm closed at the moment")
    assert "This holds until" in told.text
    assert "Reason: we move to another server" in told.text
    await olga.sends("/mode kept 7 wolves")
    await olga.sees("Write /mode and")
    assert bot_modes.current(bot.db, now=clock.now()).mode is Mode.CLOSED


async def test_a_rule_of_the_system_is_no_reason_that_people_read(bot, sara):
    wants(bot.db, sara.id)
    bot_modes.set_by_system(bot.db, Mode.KEPT, why="disk", now=clock.now())
    await sara.sends(LINK)
    told = await sara.sees("I only send what I already have")
    assert "disk" not in told.text


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
    page = await olga.sees("🌐 Blocked and allowed")
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


@pytest.mark.parametrize("written", ["twitter.com", "https://twitter.com/a/status/12345", "x.com"])
async def test_a_site_is_blocked_by_whichever_of_its_hosts_is_written(bot, olga, sara, written):
    wants(bot.db, sara.id)
    await olga.sends("/sites")
    page = await olga.sees("🌐 Blocked and allowed")
    await olga.presses("⛔ Block a host", page)
    await olga.sees_edit(page, "Send the host")
    await olga.sends(written)
    await olga.sees("⛔ x.com")
    await sara.sends("https://mobile.twitter.com/b/status/777777777")
    await sara.sees("I don't fetch from this site.")


async def test_with_all_blocked_only_allowed_hosts_are_served(bot, olga, sara):
    wants(bot.db, sara.id)
    await olga.sends("/sites")
    page = await olga.sees("🌐 Blocked and allowed")
    await olga.presses("⛔ Block a host", page)
    await olga.sees_edit(page, "Send the host")
    await olga.sends("* only our own films")
    page = await olga.sees("⛔ all hosts")
    await olga.presses("✅ Allow a host", page)
    await olga.sees_edit(page, "though a wider name is blocked")
    await olga.sends("example.org")
    await olga.sees("✅ example.org")
    await sara.sends("https://other.example/clip.mp4")
    await sara.sees("Reason: only our own films")
    await sara.sends(LINK)
    await until(lambda: len(job_record.alive(bot.db)) == 1)


async def tries_a_link(admin, page):
    """On the page of a site; returns what is shown then."""
    await admin.presses("🧪 With a link", page)
    await admin.sees_edit(page, "Send the link to try")
    await admin.sends("https://example.org/some.mp4")
    return await admin.sees("fetches")


async def test_a_link_is_tried_for_nobody_and_its_story_shown(bot, olga, hands):
    await olga.sends("/site example.org")
    page = await olga.sees("🌐 example.org")
    said = await olga.presses("🧪 Test download", page)
    assert "Nothing was delivered from this site" in said["text"]
    page = await tries_a_link(olga, page)
    lease = hands.claim()
    assert (lease.link.folder > 0, lease.link.url) == (True, "https://example.org/some.mp4")
    await olga.presses("🔎", page)
    await olga.sees_edit(page, str(lease.job))


async def test_a_link_is_tried_by_any_machine(bot, olga, hands, monkeypatch):
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    await olga.sends("/site example.org")
    await tries_a_link(olga, await olga.sees("🌐 example.org"))

    monkeypatch.setattr(machine_name.HERE, "told", "m2")

    assert hands.claim().link.url == "https://example.org/some.mp4"


async def test_a_card_says_when_less_comes_than_what_was_pressed(bot, sara, hands):
    sent = await sara.sends(PAGE)
    await sara.sees(lambda m: m.reply == sent.id)
    looks(hands, told())
    card = await sara.sees(lambda m: m.reply == sent.id and m.button("1080p"))
    bot_modes.set_by_hand(bot.db, Mode.LIGHT, until=None, admin=1, now=clock.now())
    pressed = await sara.presses("1080p", card)
    assert pressed["text"] == "At the moment films come in 720p at most."
    assert hands.claim(Lane.HEAVY).link.variant == "720p"
