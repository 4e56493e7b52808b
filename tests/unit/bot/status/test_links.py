"""A link in a chat: the status message that it gets, and how that one follows the work."""

import asyncio
import struct
from itertools import cycle, pairwise

from procs.bot.status import edit_throttle, status_text
from procs.core import clock
from procs.records.job import Step
from procs.store.requests import request_status
from tests.sandbox.bot_parts import LINK, MIB, running, until, wants
from tests.unit.persian_ali import ali

__all__ = ["ali"]


async def test_a_link_gets_one_status_message_in_reply(bot, ali):
    sent = await ali.sends(f"ببین {LINK} صدا")
    status = await ali.sees("در صف")
    assert status.reply == sent.id
    assert status.button("لغو")
    await bot.rests()
    (request,) = bot.requests()
    assert (request.message, request.status_message) == (sent.id, status.id)
    assert request.shown == status.text


async def test_links_in_captions_forwards_and_under_words_count(bot, sara, tmp_path):
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 180, 320) + bytes(9))
    await sara.sends("https://example.org/a", photo=picture)
    await sara.sees("example.org/a")
    await sara.forwards("look https://example.org/b")
    await sara.sees("example.org/b")
    await sara.sends("here", links=[(0, 4, "https://example.org/c")])
    await sara.sees("example.org/c")


async def test_several_links_are_several_requests(bot, sara):
    await sara.sends("https://example.org/1 https://example.org/2 ftp://example.org/3")
    await sara.sees("example.org/1")
    await sara.sees("example.org/2")
    await sara.sees("I can't open ftp links")
    assert len(bot.requests()) == 2


async def test_a_status_follows_the_work_and_goes_when_the_media_is_there(bot, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    lease = hands.claim()
    hands.report(lease, Step.PROBE)
    await sara.sees_edit(status, "Looking at the link")
    hands.report(lease, Step.FETCH, 30 * MIB, 100 * MIB)
    seen = await sara.sees_edit(status, "Downloading ▰▰▱▱▱▱▱▱ 30%")
    assert seen.button("Cancel")
    hands.report(lease, Step.UPLOAD, 80 * MIB, 100 * MIB)
    await sara.sees_edit(status, "Sending to Telegram")
    hands.fetches(lease)
    hands.delivers()
    await sara.sees_gone(status)
    await until(lambda: not bot.requests())


async def test_a_failed_request_says_why_and_carries_its_code(bot, hands, ali):
    await ali.sends(LINK)
    status = await ali.sees("در صف")
    code = hands.fails(hands.claim(), "failed-gone")
    told = await ali.sees_edit(status, "حذف شده")
    assert code in told.text
    assert [button["text"] for (button,) in told.buttons] == ["🔁 دوباره"]
    await until(lambda: not bot.requests())


async def test_a_last_word_that_cannot_be_edited_is_a_new_message(bot, hands, tg, sara):
    sent = await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.floods("messages.editMessage", 60)
    code = hands.fails(hands.claim(), "failed-gone")
    told = await sara.sees(code)
    assert told.id != status.id
    assert told.reply == sent.id
    await sara.sees_gone(status)


async def test_a_wait_for_edits_stops_edits_and_nothing_else(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.floods("messages.editMessage", 60)
    lease = hands.claim()
    hands.report(lease, Step.FETCH, 30 * MIB, 100 * MIB)
    await tg.called("messages.editMessage", times=1)
    hands.report(lease, Step.UPLOAD, 30 * MIB, 100 * MIB)
    hands.fetches(lease)
    hands.delivers()
    await sara.sees_gone(status)
    assert len(await tg.calls("messages.editMessage")) == 1


async def test_a_known_media_needs_no_status_message(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    hands.fetches(hands.claim())
    hands.delivers()
    await sara.sees_gone(status)
    await until(lambda: not bot.requests())
    await sara.sends(LINK)
    await until(bot.requests)
    hands.delivers()
    await until(lambda: not bot.requests())
    assert [m for m in await sara.history() if not m.mine and not m.deleted] == []


async def test_a_removed_status_message_stays_removed_until_the_last_word(bot, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await sara.deletes(status)
    lease = hands.claim()
    hands.report(lease, Step.PROBE)
    await until(lambda: bot.requests()[0].status_message == 0)
    code = hands.fails(lease, "failed-gone")
    await sara.sees(code)


async def test_somebody_who_blocked_the_bot_is_waited_for_no_longer(bot, hands, tg, sara):
    await sara.sends(LINK)
    await sara.sees("In line")
    await tg.fails("messages.editMessage", "403 USER_IS_BLOCKED")
    hands.report(hands.claim(), Step.PROBE)
    await until(lambda: not bot.requests())
    assert request_status.status_of(bot.db, 1, now=clock.now()).state == "cancelled"


async def test_a_restart_brings_no_progress_sooner(settings, db, hands, sara):
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
        lease = hands.claim()
        hands.report(lease, Step.FETCH, 10 * MIB, 100 * MIB)
        await sara.sees("10%")
        await bot.rests()
    hands.report(lease, Step.FETCH, 60 * MIB, 100 * MIB)
    now = clock.now()
    (row,) = request_status.open_statuses(db, now=now)
    shown = edit_throttle.shown(row)
    assert (shown.stage, shown.share) == (Step.FETCH, 0.1)
    assert not edit_throttle.due(status_text.render(row, now), shown, shown.at + 4.9)
    assert edit_throttle.due(status_text.render(row, now), shown, shown.at + 5.0)


async def test_progress_is_told_within_the_limits(bot, hands, tg, sara):
    wants(bot.db, sara.id)
    for n in range(3):
        await sara.sends(f"https://example.org/{n}")
        await sara.sees(f"example.org/{n}")
    mine = [hands.claim() for _ in range(2)]
    edits: list[float] = []
    percents = cycle(range(0, 100, 2))
    while len(edits) < 3:
        percent = next(percents)
        for lease in mine:
            hands.report(lease, Step.FETCH, percent * MIB, 100 * MIB)
        await asyncio.sleep(0.1)
        edits = [call["at"] for call in await tg.calls("messages.editMessage")]
    assert min(after - before for before, after in pairwise(edits)) >= 0.95
