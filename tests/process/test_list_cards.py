"""J8 with the whole product: a playlist's card, entries by buttons alone, in order, and once."""

import asyncio
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.process.conftest import PATIENCE, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.desk import Refused

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

FEED, GAPS = "/page/feed.xml", "/page/gaps.xml"


async def card_of(stack: Stack, person: Person, page: str) -> tuple[Message, Message]:
    sent = await person.sends(stack.url(page))
    card = await person.sees(lambda m: m.reply == sent.id and m.button("⬇️"), timeout=PATIENCE)
    return sent, card


async def test_five_entries_come_by_buttons_alone_in_order_though_the_bot_dies_at_the_press(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets("fa")
    sent, card = await card_of(healthy, ann, f"{FEED}?j8")
    assert "۲۳ مورد" in card.text
    await ann.presses("شکل", card)
    await ann.presses("360p", await ann.sees_edit(card, "همه‌شون چطوری"))
    card = await ann.sees_edit(card, "هرکدوم این‌طوری میاد: \u2068360p")
    looks, pid = await healthy.asked(FEED), healthy.pid("bot")

    pressing = asyncio.ensure_future(ann.presses("۵ تای اول", card, patience=3))
    healthy.kill(pid)
    await healthy.until(lambda: healthy.pid("bot") not in (0, pid))
    with suppress(Refused, TimeoutError, AssertionError):
        await pressing
    while not entries(healthy, ann):
        with suppress(Refused):  # the bot is not up yet
            await ann.presses("۵ تای اول", card)

    await ann.sees_gone(card, timeout=PATIENCE)
    titles = [m.text.splitlines()[0] for m in await got(ann, sent)]
    assert [title.strip("\u2068\u2069") for title in titles] == [
        f"Episode {n}" for n in range(1, 6)
    ]
    assert await healthy.asked(FEED) == looks


async def test_the_card_of_a_list_shows_the_picture_of_its_site_while_its_entries_come(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url("/page/covers.xml"))
    card = await ann.sees(
        lambda m: m.reply == sent.id and m.kind == "photo" and m.button("⬇️"), timeout=PATIENCE
    )
    assert card.text.startswith("📃 A feed")

    await ann.presses("All (2)", card)

    await ann.sees_gone(card, timeout=PATIENCE)
    assert [m.kind for m in await got(ann, sent) if m.id != card.id] == ["video"] * 2


async def test_single_entries_are_ticked_and_what_failed_is_tried_again_at_once(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent, card = await card_of(healthy, ann, f"{GAPS}?j8")
    await ann.presses("One by one", card)
    for place in (2, 3):
        ticks = await ann.sees_edit(card, lambda m, label=f"◻️ {place}.": m.button(label))
        await ann.presses(f"◻️ {place}.", ticks)

    await ann.presses("Send these 2", await ann.sees_edit(card, lambda m: m.button("these 2")))

    over = await ann.sees(lambda m: m.id == card.id and m.button("🔁"), timeout=PATIENCE)
    assert "could not be had: 2" in over.text
    assert len(await got(ann, sent)) == 1
    await ann.presses("missing ones (1)", over)
    await ann.sees(lambda m: m.id > over.id and "Nothing of this list" in m.text, timeout=PATIENCE)


async def test_a_post_of_many_comes_as_one_archive_and_asks_its_page_no_second_time(
    healthy: Stack, meets: Meets, tmp_path: Path
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url("/page/many.html?zip"))
    card = await ann.sees(lambda m: m.reply == sent.id and m.button("ZIP"), timeout=PATIENCE)
    pages = await healthy.asked("/page/many.html")

    await ann.presses("ZIP", card)

    came = await ann.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
    with zipfile.ZipFile(await ann.receives_file(came, tmp_path)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 6
    assert await healthy.asked("/page/many.html") == pages


def entries(stack: Stack, person: Person) -> int:
    sql = "SELECT COUNT(*) FROM requests WHERE user_id = :user AND parent IS NOT NULL"
    row = stack.db.one(sql, {"user": person.id})
    return int(row[0]) if row else 0
