"""Inline messages that another data center keeps than the one where the bot lives
(core.telegram.org/api/bots/inline: their edits must be sent there)."""

import asyncio

import pytest

from procs.core import clock
from procs.errors import TelegramAway
from procs.records.job import Step
from procs.store.inline import inline_messages
from procs.telegram.session.rpc import free
from tests.sandbox.bot_parts import MIB, until
from tests.unit.bot.inline.test_inline_links import carried, placeholder

EDIT, EXPORT, IMPORT = (
    "messages.editInlineBotMessage",
    "auth.exportAuthorization",
    "auth.importAuthorization",
)


@pytest.fixture(autouse=True)
async def far_away(tg, ali):
    await tg.lives_far(ali.id)


def targets(db):
    rows = db.all("SELECT id FROM inline_messages ORDER BY id")
    return [inline_messages.read(db, number).target for (number,) in rows]


def edits(bot, *words):
    """Edits of all inline messages at once, which are not of the board."""
    there = zip(targets(bot.db), words, strict=True)
    return asyncio.gather(
        *(bot.chat_session.edit_inline(at, text, leave=free) for at, text in there)
    )


async def test_progress_and_media_reach_a_message_of_another_data_center(
    tg, bot, deliverer, with_sara
):
    _, media = await carried(deliverer, with_sara)

    assert (media.kind, deliverer.db.all("SELECT state FROM requests")) == (
        "video",
        [("delivered",)],
    )
    assert [one.dc for one in targets(bot.db)] == [4]
    assert {one["result"] for one in await tg.calls(EDIT)} == {"ok"}


async def test_edits_at_once_share_one_way_there(tg, bot, deliverer, with_sara):
    for name in "abc":
        await placeholder(with_sara, f"https://example.org/{name}.mp4")
    await until(lambda: len(targets(bot.db)) == 3)
    assert await edits(bot, "one", "two", "three") == [True] * 3
    assert [len(await tg.calls(one)) for one in (EXPORT, IMPORT)] == [1, 1]


@pytest.mark.parametrize("refused", [EXPORT, IMPORT])
async def test_a_way_that_failed_is_made_anew_by_the_next_edit(
    tg, bot, deliverer, with_sara, refused
):
    await tg.fails(refused, "500 INTERNAL", times=1)
    sent = await placeholder(with_sara)
    lease = await deliverer.claims()
    deliverer.hands.report(lease, Step.FETCH, 3 * MIB, 6 * MIB)
    await with_sara.sees_edit(sent, "50%")
    assert not bot.chat_session.dead


async def test_a_data_center_that_forgot_the_sign_in_revokes_nothing(tg, bot, deliverer, with_sara):
    await placeholder(with_sara)
    await until(lambda: targets(bot.db))
    await edits(bot, "before")
    await tg.fails(EDIT, "401 AUTH_KEY_UNREGISTERED", times=1)
    with pytest.raises(TelegramAway):
        await edits(bot, "refused")
    assert await edits(bot, "after") == [True]
    assert (len(await tg.calls(EXPORT)), bot.chat_session.dead) == (2, False)


async def test_a_connection_that_broke_is_opened_again_by_the_same_key(tg, bot, with_sara):
    await placeholder(with_sara)
    await until(lambda: targets(bot.db))
    await edits(bot, "before")
    centers = bot.chat_session.line.centers
    await centers.drop(4)
    assert await edits(bot, "after") == [True]
    assert (list(centers.sessions), len(await tg.calls(EXPORT))) == ([4], 1)


async def test_a_connection_without_calls_is_closed(bot, with_sara, monkeypatch):
    monkeypatch.setattr("procs.telegram.session.other_centers.UNUSED", 0.05)
    await placeholder(with_sara)
    await until(lambda: targets(bot.db))
    await edits(bot, "before")
    centers = bot.chat_session.line.centers
    await until(lambda: not centers.sessions)
    assert list(centers.keys) == [4]


async def test_a_data_center_that_telegram_does_not_name_is_no_revoked_sign_in(bot, with_sara):
    await placeholder(with_sara)
    await until(lambda: targets(bot.db))
    with bot.db.write():
        bot.db.change("UPDATE inline_messages SET dc = 5")
    began = clock.now().boot
    with pytest.raises(TelegramAway, match="no data center 5"):
        await edits(bot, "nowhere")
    assert clock.now().boot - began < 5
