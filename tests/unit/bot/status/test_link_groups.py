"""Several links in one message: one status message, with a line each, as people live it."""

import pytest

from procs.core import clock
from procs.records.job import Lane, Media, Part, Reference, Step
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import leases, outcomes
from tests.sandbox.bot_parts import MIB, Hands, until, wants
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.server import Telegram
from tests.store_acts import listed
from tests.unit.strict_telegram import tg

__all__ = ["tg"]

TWELVE = " ".join(f"https://example.org/{n}" for n in range(1, 13))
THREE = " ".join(f"https://example.org/{n}" for n in range(1, 4))


@pytest.fixture
async def sara(tg: Telegram, db: Database) -> Person:
    """Somebody who wants the best of every link, and is not asked."""
    sara = await tg.person("Sara", language="en")
    wants(db, sara.id)
    return sara


async def said(person: Person) -> list[Message]:
    """What the bot has in the chat now."""
    return [message for message in await person.chat() if not message.mine]


def fetches(hands: Hands) -> None:
    """The next download is done and in the chat."""
    lease = hands.claim()
    key = lease.link.key
    part = Part(Reference("document", 1, 2, "ab"), "video", "clip.mp4", 3)
    media = Media(key, "best", "A clip", "example.org", lease.link.url, (part,))
    outcomes.finish_download(hands.db, lease, media, keys={key}, now=clock.now())
    hands.delivers()


async def test_twelve_links_have_one_message_with_a_line_each(bot, sara):
    sent = await sara.sends(TWELVE)
    status = await sara.sees("12 links")
    await bot.rests()
    assert [m.id for m in await said(sara)] == [status.id]
    assert status.reply == sent.id
    lines = status.text.splitlines()[1:]
    assert len(lines) == 12
    assert all(f"example.org/{n}" in line for n, line in enumerate(lines, 1))
    assert status.button("Cancel all")
    assert all(status.button(f"❌ {n}") for n in range(1, 13))


async def test_progress_results_and_failures_stand_in_their_lines(bot, hands, sara):
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    fetches(hands)
    await sara.sees_edit(status, "1. ✅")
    lease = hands.claim()
    code = hands.fails(lease, "failed-gone")
    hands.report(hands.claim(), Step.FETCH, 50 * MIB, 100 * MIB)
    seen = await sara.sees_edit(status, lambda m: "▰▰▰▰▱▱▱▱" in m.text)
    assert f"2. ❌ example.org/2 · This post is private or was deleted. · {code}" in seen.text
    assert "3. ⬇️ ▰▰▰▰▱▱▱▱ example.org/3" in seen.text
    assert seen.text.startswith("🎬 3 links · 1 sent")


async def test_the_message_goes_when_everything_is_there(bot, hands, sara):
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    for _ in range(3):
        fetches(hands)
    await sara.sees_gone(status)
    await until(lambda: not bot.requests())
    assert await said(sara) == []


async def test_the_last_word_names_what_did_not_come(bot, hands, sara):
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    fetches(hands)
    codes = [hands.fails(hands.claim(), "failed-gone") for _ in range(2)]
    last = await sara.sees_edit(status, lambda m: all(code in m.text for code in codes))
    await until(lambda: not bot.requests())
    assert [[one["text"] for one in row] for row in last.buttons] == [["🔁 2", "🔁 3"]]
    assert len(await said(sara)) == 1


async def test_one_link_is_cancelled_by_its_number_and_the_rest_by_one_button(bot, hands, sara):
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    assert (await sara.presses("❌ 2", status))["text"] == "Cancelled."
    seen = await sara.sees_edit(status, "2. 🚫")
    assert seen.button("❌ 2") is None
    assert [one.state for one in bot.requests()] == ["open", "cancelled", "open"]
    assert (await sara.presses("Cancel all", status))["text"] == "Cancelled."
    last = await sara.sees_edit(status, lambda m: m.text.count("cancelled") == 3)
    assert last.buttons == []
    await until(lambda: not bot.requests())
    assert not bot.intake.cancelling.cancel_group(1, sara.id)
    assert bot.intake.cancelling.why_not(1, sara.id) == "cancel-over"


async def test_a_strangers_press_cancels_nothing(bot, sara):
    await sara.sends(THREE)
    await sara.sees("3 links")
    head = bot.requests()[0].request
    assert not bot.intake.cancelling.cancel_group(head, sara.id + 1)
    assert bot.intake.cancelling.why_not(head, sara.id + 1) == "cancel-not-yours"
    assert all(one.state == "open" for one in bot.requests())


async def test_a_link_that_is_a_list_is_shown_in_a_message_of_its_own(bot, db, hands, sara):
    sent = await sara.sends("https://example.org/1\nhttps://example.org/2 list")
    status = await sara.sees("2 links")
    lease = hands.claim(Lane.LOOK)
    found = (
        '{"kind": "list", "title": "A list", "count": 1, "page": 1, "more": false, "most": 50,'
        ' "entries": [{"place": 1, "title": "One", "url": "u", "duration": 0}]}'
    )
    listed(db, lease, found, title="A list", now=clock.now())
    wake.notify(db.run, wake.BOT)
    shown = await sara.sees(lambda m: "1. One" in m.text)
    assert (shown.reply, shown.id != status.id) == (sent.id, True)
    await sara.sees_edit(status, "it is a list, shown below")
    fetches(hands)
    await sara.sees_gone(status)
    await until(lambda: not bot.requests())
    assert [m.id for m in await said(sara)] == [shown.id]


async def test_known_media_among_new_ones_are_counted_at_once(bot, hands, sara):
    wants(bot.db, sara.id)
    await sara.sends("https://example.org/1")
    await sara.sees("example.org/1")
    fetches(hands)
    await until(lambda: not bot.requests())
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    hands.delivers()
    await sara.sees_edit(status, "1. ✅")


async def test_known_media_alone_need_no_status_message(bot, hands, sara):
    await sara.sends(THREE)
    status = await sara.sees("3 links")
    for _ in range(3):
        fetches(hands)
    await sara.sees_gone(status)
    await until(lambda: not bot.requests())
    await sara.sends(THREE)
    await until(bot.requests)
    for _ in range(3):
        hands.delivers()
    await until(lambda: not bot.requests())
    assert await said(sara) == []


async def test_a_message_heard_twice_has_one_status_message(bot, sara):
    take = bot.intake.on_message

    async def twice(incoming: object) -> None:
        await take(incoming)
        await take(incoming)

    bot.chat_session.on_message = twice
    await sara.sends(THREE)
    await sara.sees("3 links")
    await bot.rests()
    assert len(await said(sara)) == 1
    assert len({one.speaker for one in bot.requests()}) == 1


async def test_who_blocks_the_bot_leaves_all_links_of_a_message(bot, hands, tg, sara):
    await sara.sends(THREE)
    await sara.sees("3 links")
    await tg.fails("messages.editMessage", "403 USER_IS_BLOCKED")
    hands.report(hands.claim(), Step.PROBE)
    await until(lambda: not bot.requests())
    rows = hands.db.all("SELECT state, closed_at IS NULL FROM requests")
    assert rows == [("cancelled", 0)] * 3


async def test_a_stalled_worker_is_told_of_without_any_other_news(bot, hands, db, sara):
    wants(db, sara.id)
    await sara.sends("https://example.org/1")
    status = await sara.sees("In line")
    hands.report(hands.claim(), Step.PREPARE)
    await sara.sees_edit(status, "Preparing")
    with db.write():  # the beats of 36 seconds are missing
        db.change("UPDATE jobs SET at = at - 36")
    await sara.sees_edit(status, "seems to be stuck")
    leases.renew(db, worker=hands.worker, now=clock.now())
    await sara.sees_edit(status, "Preparing")
