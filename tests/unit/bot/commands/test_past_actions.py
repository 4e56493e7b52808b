"""/history, /queue and /usage by their buttons, through the real client."""

import pytest

from procs.bot.commands.button_actions import EffectRefused
from procs.core import clock
from procs.records.job import Person as Known
from procs.store.people import usage
from procs.store.requests import buttons, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.inbound import Press
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, running, until
from tests.unit.persian_ali import ali

__all__ = ["ali"]


def count(bot) -> int:
    return int(bot.db.all("SELECT COUNT(*) FROM requests")[0][0])


@pytest.fixture
async def got(bot, hands, sara):
    """Sara was sent a clip, which is kept."""
    await sara.sends(LINK)
    await sara.sees("In line")
    hands.fetches(hands.claim())
    hands.delivers()
    await until(lambda: not bot.requests())
    return bot


async def history(sara):
    sent = await sara.sends("/history")
    return await sara.sees(lambda m: m.reply == sent.id)


async def test_what_was_sent_is_sent_again_once_by_one_tap(got, sara, hands):
    page = await history(sara)
    assert (await sara.presses("⚡ 1", page))["text"] == i18n.say("en", "again-sent")
    assert (await sara.presses("⚡ 1", page))["text"] == i18n.say("en", "press-already")
    assert count(got) == 2
    hands.delivers()
    await until(lambda: not got.requests())


async def test_another_page_of_history_sends_it_once_more(got, sara, hands):
    for _ in range(2):
        page = await history(sara)
        await sara.presses("⚡ 1", page)
        hands.delivers()
        await until(lambda: not got.requests())
    assert count(got) == 3


async def test_what_failed_is_asked_for_again(bot, hands, sara):
    await sara.sends(LINK)
    await sara.sees("In line")
    hands.fails(hands.claim(), "failed-gone")
    await sara.sees("private or was deleted")
    page = await history(sara)
    assert (await sara.presses("🔁 1", page))["text"] == i18n.say("en", "again-asked")
    await sara.sees(lambda m: m.reply == page.id and "In line" in m.text)


async def test_a_full_allowance_leaves_the_button_for_later(got, sara, monkeypatch):
    page = await history(sara)
    past = got.intake.actions.rows["history-again"].effect.__self__
    monkeypatch.setattr(past, "allowance", type(past.allowance)(most=1))
    await sara.sends("https://example.org/other")
    await sara.sees("example.org/other")
    said = await sara.presses("⚡ 1", page)
    assert said["alert"]
    requests.cancel(got.db, 2, user=sara.id, now=clock.now())
    assert (await sara.presses("⚡ 1", page))["text"] == i18n.say("en", "again-sent")


async def test_a_group_that_is_full_is_named_with_its_own_limit(settings, db, hands, tg, sara):
    """A page of the history stands in private; the row acts wherever it is pressed."""
    group = await tg.group("Club", sara, bot="admin")
    async with running(settings, allowance=Allowance(most=5, group=1)) as bot:
        await sara.sends(LINK)
        await until(bot.requests)
        hands.fetches(hands.claim())
        hands.delivers()
        await until(lambda: not bot.requests())
        await sara.at(group).sends("/dl https://example.org/other.mp4")
        await until(bot.requests)
        again = ButtonMeaning(sara.id, group.chat_id, "history-again", request=1)
        (token,) = buttons.mint(db, [again], now=clock.now())
        who = Known(sara.id, "en")
        pressed = Press(1, who, group.chat_id, 0, 1, f"b:{token}")
        with pytest.raises(EffectRefused) as refused:
            bot.intake.actions.taken(pressed, token, shared=False)
        assert str(refused.value) == i18n.say("en", "refused-group-full", most=1)


async def test_what_was_deleted_is_not_sent_again(got, sara):
    page = await history(sara)
    with got.db.write():
        got.db.change("UPDATE requests SET url = ''")
    assert (await sara.presses("⚡ 1", page))["text"] == i18n.say("en", "again-gone")
    assert count(got) == 1


async def test_history_has_pages(bot, hands, sara):
    for number in range(10):
        await sara.sends(f"{LINK}?{number}")
        await until(lambda number=number: count(bot) == number + 1)
        hands.fails(hands.claim(), "failed-gone")
    await until(lambda: not bot.requests())
    page = await history(sara)
    assert "page 1 of 2" in page.text
    await sara.presses(i18n.say("en", "page-next"), page)
    second = await sara.sees_edit(page, "page 2 of 2")
    await sara.presses(i18n.say("en", "page-before"), second)
    await sara.sees_edit(second, "page 1 of 2")


async def test_what_is_on_its_way_is_stopped_one_by_one_and_all(bot, sara):
    for number in (1, 2, 3):
        await sara.sends(f"{LINK}?{number}")
    await sara.sees("clip.mp4?3")
    await sara.sends("/queue")
    page = await sara.sees("📋")
    assert (await sara.presses("❌ 1", page))["text"] == "Cancelled."
    page = await sara.sees_edit(page, lambda m: "clip.mp4?1" not in m.text)
    assert "clip.mp4?2" in page.text
    assert (await sara.presses("❌ Cancel all", page))["text"] == "Cancelled: 2."
    await sara.sees_edit(page, "Nothing of yours")
    assert {one.state for one in bot.requests()} <= {"cancelled"}


async def test_the_queue_of_somebody_else_is_not_stopped(bot, sara, ali):
    await sara.sends(LINK)
    await sara.sees("In line")
    await ali.sends("/queue")
    await ali.sees(i18n.say("fa", "queue-none"))


async def test_usage_counts_what_was_sent(got, sara):
    await sara.sends("/usage")
    told = await sara.sees("📊")
    assert usage.read(got.db, sara.id, now=clock.now()).ever.requests == 1
    assert "Files in all: 1" in told.text


async def test_buttons_of_the_history_live_on_when_the_bot_begins_anew(settings, db, hands, sara):
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
        hands.fetches(hands.claim())
        hands.delivers()
        await until(lambda: not bot.requests())
        page = await history(sara)
    async with running(settings):
        await sara.sends("/ping")
        await sara.sees("I'm here")
        assert (await sara.presses("⚡ 1", page))["text"] == i18n.say("en", "again-sent")
