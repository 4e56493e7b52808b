"""What people do while the database of the bot is away, and after it is given back."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from procs.bot import store_outage
from procs.bot.conversation import reply_sender
from procs.bot.store_outage import ATTEMPTS_WHILE_USABLE, StoreOutage
from procs.errors import StoreError, StoreFull
from procs.records.job import Person
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from tests import request_record
from tests.sandbox.bot_parts import Bot, running, until, wants
from tests.sandbox.person import labels

LINK = "https://example.org/clip-{}.mp4"


@contextmanager
def taken_away(home: Path) -> Iterator[None]:
    """The file has another name meanwhile; who has it open reads it still, and writes nothing."""
    live, kept = home / "chapar.db", home / "kept.db"
    live.rename(kept)
    yield
    kept.rename(live)


def asked(db) -> list[str]:
    """The links that were accepted, in their order."""
    return [row.url for row in sorted(request_record.latest(db), key=lambda row: row.request)]


async def waits(bot: Bot, count: int) -> None:
    await until(lambda: len(bot.intake.outage.waiting) >= count)


async def test_messages_of_an_outage_are_accepted_in_their_order_and_once(
    bot, db, settings, ali, sara, caplog
):
    await sara.starts()
    wants(db, ali.id), wants(db, sara.id)
    with taken_away(settings.home):
        for number in range(3):
            await ali.sends(LINK.format(f"a{number}"))
            await sara.sends(LINK.format(f"s{number}"))
        await waits(bot, 6)

    await until(lambda: len(asked(db)) == 6)
    await bot.rests()

    for one in ("a", "s"):
        theirs = [url for url in asked(db) if f"clip-{one}" in url]
        assert theirs == [LINK.format(f"{one}{number}") for number in range(3)]
    assert "bot.failed" not in caplog.text
    assert caplog.text.count("store.unusable") == 1


async def test_a_message_of_an_outage_is_heard_by_the_next_bot(settings, db, ali):
    wants(db, ali.id)
    async with running(settings) as bot:
        await bot.rests()
        with taken_away(settings.home):
            await ali.sends(LINK.format(1))
            await waits(bot, 1)
            await bot.chat_session.quiet(0.1)
            await bot.chat_session.close()
    async with running(settings):
        await until(lambda: asked(db) == [LINK.format(1)])


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_a_press_of_an_outage_is_told_to_wait_and_does_nothing(
    bot, db, tg, settings, language, caplog
):
    ann = await tg.person("Ann", language=language)
    await ann.starts()
    await ann.sends("/settings")
    menu = await ann.sees(lambda m: m.buttons and "⚙️" in m.text)
    label = labels(menu)[0]
    with taken_away(settings.home):
        toast = await ann.presses(label, menu)

    assert toast["text"] == i18n.say(language, "press-wait")
    assert toast["alert"]
    assert "bot.failed" not in caplog.text


async def test_who_blocks_the_bot_during_an_outage_is_let_go_after_it(bot, db, settings, ali):
    wants(db, ali.id)
    await ali.sends(LINK.format(1))
    await until(lambda: asked(db) == [LINK.format(1)])
    with taken_away(settings.home):
        await ali.blocks()
        await waits(bot, 1)

    await until(lambda: [row.state for row in request_record.latest(db)] == ["cancelled"])


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(store_outage, "OUTAGE_PAUSE", 0.001)


async def test_work_that_fails_at_a_usable_database_is_given_up_and_lets_the_others_through(
    db, soon
):
    outage, tries, done = StoreOutage(db), [], []

    async def fails() -> None:
        tries.append(1)
        raise StoreError("one table is damaged")

    async def other() -> None:
        done.append(1)

    failed, _ = await asyncio.gather(
        outage.through(fails), outage.through(other), return_exceptions=True
    )

    assert isinstance(failed, StoreError)
    assert (len(tries), done) == (ATTEMPTS_WHILE_USABLE, [1])


async def test_work_that_finds_a_full_disk_waits_for_room(db, soon):
    outage, tries = StoreOutage(db), []

    async def finds_room_at_last() -> None:
        tries.append(1)
        if len(tries) < 2 * ATTEMPTS_WHILE_USABLE:
            raise StoreFull("full")

    await outage.through(finds_room_at_last)

    assert len(tries) == 2 * ATTEMPTS_WHILE_USABLE


async def test_people_who_meet_one_fault_of_ours_hear_of_it_one_after_the_other(
    bot, tg, monkeypatch
):
    monkeypatch.setattr(reply_sender, "UNBUDGETED", 0.2)
    people = [await tg.person(f"P{n}") for n in range(4)]
    for one in people:
        await one.starts()
    access = {one.id: tg.world.access_hash(tg.bot, one.id) for one in people}
    heard = [Incoming(Person(n, "en"), n, access[n], 1, "word") for n in access]

    await asyncio.gather(*(bot.intake.report_failure(one, "E-1") for one in heard))

    for one in people:
        await one.sees("E-1")
    calls = await tg.calls("messages.sendMessage")
    written = sorted(call["at"] - call["age"] for call in calls)[-len(people) :]
    assert all(later - before > 0.09 for before, later in pairwise(written))
