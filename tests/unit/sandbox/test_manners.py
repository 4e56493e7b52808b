"""The strict loopback Telegram: how often a bot may speak."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from pyrogram import raw

from procs.errors import TelegramRefused, TelegramWait
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.session.peers import peer
from procs.telegram.session.rpc import free
from tests.sandbox.person import Person
from tests.sandbox.telegram import manners
from tests.sandbox.telegram.manners import Bucket, Window, percent, shape
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN
from tests.unit.deaf_session import chat_session

__all__ = ["chat_session"]


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram


class Chat:
    """What the bot says to one person."""

    def __init__(self, tg: Telegram, chat_session: BotSession, person: Person) -> None:
        self.chat_session, self.id = chat_session, person.id
        self.access = tg.world.access_hash(tg.bot, person.id)
        self.said = 0

    async def says(self, text: str) -> int:
        self.said += 1
        message = OutgoingMessage(self.id, self.access, text, self.id + self.said)
        number = await self.chat_session.send(message, leave=free)
        return number or 0

    async def rewrites(self, number: int, text: str) -> bool:
        return await self.chat_session.edit(self.id, self.access, number, text, leave=free)


@pytest.fixture
async def chat(tg: Telegram, chat_session: BotSession, ali: Person) -> Chat:
    return Chat(tg, chat_session, ali)


async def test_a_burst_in_one_chat_is_allowed_and_no_more(tg, chat):
    for n in range(5):
        await chat.says(f"word {n}")
    assert await tg.violations() == []
    with pytest.raises(TelegramWait):
        await chat.says("one more")
    assert len(await tg.violations()) == 1


async def test_progress_that_comes_soon_is_refused_and_counted(tg, chat):
    number = await chat.says("A film\nDownloading ▰▱▱ 10%")
    with pytest.raises(TelegramWait):
        await chat.rewrites(number, "A film\nDownloading ▰▰▱ 40% · 1 MB/s")
    assert len(await tg.violations()) == 1


async def test_two_edits_are_as_far_apart_as_they_were_written_whenever_they_came(
    tg, chat, monkeypatch
):
    monkeypatch.setattr(manners, "APART", 1.0)
    number = await chat.says("A film\nDownloading ▰▱▱ 10%")
    await asyncio.sleep(1.0)
    await tg.delays("messages.editMessage", 0.5)
    began = time.monotonic()
    await chat.rewrites(number, "A film\nDownloading ▰▰▱ 40%")
    await asyncio.sleep(1.0 - (time.monotonic() - began))
    await chat.rewrites(number, "A film\nDownloading ▰▰▰ 70%")
    assert await tg.violations() == []


async def test_an_edit_that_changes_nothing_is_refused_as_such_and_breaks_no_limit(tg, chat):
    number = await chat.says("A film\nWhat shall I send?")
    with pytest.raises(TelegramRefused, match="NOT_MODIFIED"):
        await chat.chat_session.line.ask(
            raw.functions.messages.EditMessage(
                peer=peer(chat.id, chat.access), id=number, message="A film\nWhat shall I send?"
            ),
            leave=free,
        )
    assert await tg.violations() == []


async def test_a_new_stage_is_no_progress(tg, chat):
    number = await chat.says("A film\nDownloading ▰▱▱ 10%")
    await chat.rewrites(number, "A film\nPreparing …")
    await chat.rewrites(number, "A film\nSending ▱▱▱ 0%")
    assert await tg.violations() == []


def test_a_group_takes_twenty_a_minute():
    window = Window(20, 60.0)
    for _ in range(2):
        assert window.wait(10, 100.0) == 0
        window.add(10, 100.0)
    assert window.wait(1, 130.0) == 30.0
    assert window.wait(1, 160.0) == 0


def test_a_bucket_fills_with_time():
    bucket = Bucket(1.0, 3)
    bucket.add(5, 100.0)
    assert bucket.wait(1, 100.0) == 3.0
    assert bucket.wait(1, 103.0) == 0


def test_what_was_written_first_and_comes_last_is_judged_in_its_place():
    bucket = Bucket(1.0, 2)
    for at in (110.0, 111.0, 112.0):
        assert bucket.wait(1, at) == 0
        bucket.add(1, at)
    assert bucket.wait(1, 105.0) == 0
    assert bucket.wait(1, 110.5) == 0
    bucket.add(1, 110.5)
    assert bucket.wait(1, 110.6) > 0


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("x\nDownloading ▰▱ 10%", "x\nDownloading ▰▰ 20% · 1 MB/s · 0:10", True),
        ("x\nدانلود ▰▱ ۱۰٪", "x\nدانلود ▰▰ ۲۰٪ · ۱ MB/s", True),
        ("x\nIn line: 3", "x\nIn line: 2", True),
        ("x\nDownloading ▰▱ 10%", "x\nSending ▱▱ 0%", False),
    ],
)
def test_progress_is_told_from_a_new_stage(old, new, same):
    assert (shape(old) == shape(new)) is same


@pytest.mark.parametrize(
    ("text", "number"),
    [("▰ 42% · 3 MB", 42), ("▰ ۴۲٪", 42), ("▰ ٪۷", 7), ("50% off\nDownloading ▰ 7%", 7)],
)
def test_a_percentage_is_read_in_both_scripts(text, number):
    assert percent(text) == number
