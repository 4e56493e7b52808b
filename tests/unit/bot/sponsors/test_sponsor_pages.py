"""Sponsors in the panel: named in every way, changed, ordered, removed, and told in numbers."""

import pytest

from procs.store.admins import audit_log
from procs.store.sponsors import sponsor_rows
from tests.sandbox.bot_parts import until
from tests.sandbox.person import labels


async def adding(owner):
    await owner.sends("/sponsor")
    page = await owner.sees("📢 Sponsors", last=True)
    await owner.presses("➕ Add a sponsor", page)
    await owner.sees_edit(page, "Which channel or group?")


@pytest.mark.parametrize("way", ["forward", "invite", "group"])
async def test_a_chat_is_added_however_it_is_named(bot, db, tg, olga, channel, way):
    chat = await channel("Film News", "film_news_tg" if way == "group" else "")
    await adding(olga)
    if way == "forward":
        await olga.forwards("a post", author=chat.id)
    elif way == "invite":
        await olga.sends(await chat.invites(tg.bot))
    else:
        await olga.sends("t.me/film_news_tg")
    await olga.sees("Film News is a sponsor now")
    (sponsor,) = sponsor_rows.listed(db)
    assert (sponsor.chat, sponsor.own) == (chat.chat_id, True)
    assert sponsor.link in await chat.links_in()


async def test_what_cannot_be_a_sponsor_is_said_with_the_reason(bot, db, tg, olga):
    await tg.group("Closed", broadcast=True, username="closed_tg", bot="")
    await adding(olga)
    await olga.sends("what?")
    await olga.sees("I see no channel there")
    await olga.sends("@closed_tg")
    await olga.sees("I am no admin of Closed")
    await adding(olga)
    await olga.sends("@nobody_there")
    await olga.sees("I cannot see that chat")
    assert sponsor_rows.listed(db) == []


async def test_a_campaign_is_set_ordered_and_removed_from_the_chat(
    bot, db, olga, channel, sponsored
):
    first, second = sponsored(await channel("One")), sponsored(await channel("Two"))
    await olga.sends("/sponsor")
    page = await olga.sees("1. One · active")
    await olga.presses("📢 Two", page)
    one = await olga.sees_edit(page, "📢 Two · active")
    assert ("Without an end\nGoal: none" in one.text, "—" in one.text) == (True, False)
    await olga.presses("🎯 Goal", one)
    await olga.sees_edit(page, "After how many joins does Two end?")
    await olga.sends("many")
    await olga.sees("I do not understand that")
    await olga.sends("۱۰۰")
    one = await olga.sees("Goal: 100")
    await olga.presses("🗓 Until", one)
    await olga.sees_edit(one, "Until when?")
    await olga.sends("2020-12-31 18:30")
    one = await olga.sees("📢 Two · over")
    assert "Until Dec 31, 2020" in one.text
    await olga.presses("Persian", one)
    one = await olga.sees_edit(one, "For: Persian")
    await olga.presses("⬆️ Earlier", one)
    page = await olga.sees_edit(one, "1. Two · over")
    assert [it.id for it in sponsor_rows.listed(db)] == [second.id, first.id]
    await olga.presses("📢 Two", page)
    page = await olga.sees_edit(page, "📢 Two · over")
    await olga.presses("🗑 Remove", page)
    page = await olga.sees_edit(page, "Remove this sponsor")
    await olga.presses("Yes", page)
    await olga.sees_edit(page, lambda m: "1. One" in m.text and "Two" not in m.text)
    acts = [it.action for it in audit_log.latest(db)]
    assert acts[:2] == ["sponsor-remove", "sponsor-move"]


async def test_a_link_that_asks_replaces_the_one_that_did_not(bot, db, tg, olga, channel):
    chat = await channel("One", "one_film_tg")
    await adding(olga)
    await olga.sends("@one_film_tg")
    told = await olga.sees("One is a sponsor now")
    before = sponsor_rows.listed(db)[0].link
    await olga.presses("📢 Sponsors", told)
    page = await olga.sees_edit(told, "1. One")
    await olga.presses("📢 One", page)
    page = await olga.sees_edit(page, "📢 One · active")
    await olga.presses("My link makes people ask", page)
    await olga.sees("One is up to date")
    link = sponsor_rows.listed(db)[0].link
    assert link != before
    assert (await chat.links_in())[link]["by_request"]


async def test_the_numbers_come_as_a_file(bot, olga, channel, sponsored, tmp_path):
    sponsored(await channel("=One"))
    await olga.sends("/sponsor")
    await olga.presses("📄 Table", await olga.sees("📢 Sponsors"))
    path = await olga.receives_file(await olga.sees(lambda m: m.kind == "file"), tmp_path)
    assert path.read_text("utf-8-sig").splitlines()[1].startswith("'=One,")


async def test_the_numbers_come_as_a_picture(bot, olga, channel, sponsored, tmp_path):
    sponsored(await channel("One"))
    await olga.sends("/sponsor")
    await olga.presses("🖼", await olga.sees("📢 Sponsors"))
    photo = await olga.sees(lambda m: m.kind == "photo", timeout=60)
    assert photo.text == "Sponsors"
    assert (await olga.receives_file(photo, tmp_path)).read_bytes()[:4] == b"\x89PNG"


async def test_the_rules_are_set_by_buttons(bot, db, olga):
    await olga.sends("/sponsor")
    page = await olga.sees("nobody has to join anything")
    await olga.presses("⚙️ Rules for all", page)
    page = await olga.sees_edit(page, "For all sponsors")
    await olga.presses("unclear: waits", page)
    page = await olga.sees_edit(page, lambda m: "✅ unclear: waits" in labels(m))
    await olga.presses("2 at most", page)
    await olga.sees_edit(page, lambda m: "✅ 2 at most" in labels(m))
    await until(lambda: len(audit_log.latest(db)) == 2)
