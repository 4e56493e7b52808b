"""The bot against the loopback Telegram and a real store: its words, and how people cancel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from procs import clock
from procs.bot.board import Board
from procs.bot.intake import Intake
from procs.bot.speech import Speech
from procs.config import Settings
from procs.job import Kind, Lane, Lease, Link, Media, Part, Reference, Step
from procs.store import glances, leases, outcomes, wake, workers
from procs.store.database import Database, open_database
from procs.store.glances import Glance, Report
from procs.telegram.front import Front
from tests.sandbox.events import until
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram

LINK = "https://example.org/clip.mp4"
MIB = 1 << 20


@dataclass
class Bot:
    """The parts of a bot process, and what they know."""

    db: Database
    front: Front
    board: Board
    intake: Intake

    def requests(self) -> list[Glance]:
        return glances.glances(self.db, now=clock.now())

    async def rests(self) -> None:
        """Nothing is being handled or written any more."""
        while busy := {*self.front.handling, *self.board.busy.values()}:
            await asyncio.wait(busy)


@asynccontextmanager
async def running(settings: Settings, **more: Any) -> AsyncIterator[Bot]:
    """A bot that listens, and at the end leaves as on TERM."""
    db = open_database(settings.database_url, run=settings.run)
    front = Front(settings)
    speech = Speech(db, front)
    board = Board(db, front, speech)
    bot = Bot(db, front, board, Intake(db, front, board, speech, **more))
    await front.connect(bot.intake.hear, bot.intake.feel)
    looking = asyncio.ensure_future(board.run())
    try:
        yield bot
    finally:
        looking.cancel()
        await asyncio.wait({looking})
        await front.quiet(1)
        await board.settle(1)
        await front.close()
        db.close()


@pytest.fixture
async def bot(settings: Settings, store: Database) -> AsyncIterator[Bot]:
    async with running(settings) as bot:
        yield bot


@pytest.fixture
def store(db: Database) -> Database:
    """The database as another process sees it."""
    return db


@pytest.fixture
def hands(store: Database) -> "Hands":
    return Hands(store)


class Hands:
    """A worker, as far as the store can tell."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.worker = workers.enter(db, "w00-1", now=clock.now())

    def claim(self, lane: Lane = Lane.HEAVY) -> Lease:
        now = clock.now()
        (lease,) = leases.claim(self.db, worker=self.worker, lane=lane, room=1, now=now)
        return lease

    def report(self, lease: Lease, step: Step, done: int = 0, total: int = 0) -> None:
        glances.report(self.db, [Report(lease.job, step, done, total, 5.0 * MIB)])
        wake.poke(self.db.run, wake.BOT)

    def fails(self, lease: Lease, say: str) -> str:
        code = outcomes.failed(self.db, lease, error="gone", say=say, now=clock.now())
        wake.poke(self.db.run, wake.BOT)
        return code

    def fetches(self, lease: Lease) -> None:
        part = Part(Reference("document", 1, 2, "ab"), "video", "clip.mp4", 3)
        link = Link(LINK, "example.org", lease.payload["key"])
        media = Media(link.key, link.variant, "A clip", link.site, link.url, (part,))
        outcomes.fetched(self.db, lease, media, keys={link.key}, now=clock.now())

    def delivers(self) -> None:
        lease = self.claim(Lane.LIGHT)
        assert lease.kind is Kind.DELIVER
        request = lease.payload["request"]
        outcomes.delivered(self.db, lease, request, worker="w00-1", now=clock.now())
        wake.poke(self.db.run, wake.BOT)


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali", language="fa")


@pytest.fixture
async def sara(tg: Telegram) -> Person:
    return await tg.person("Sara", language="en")


async def test_start_greets_in_the_persons_language(bot, ali, sara):
    await ali.starts()
    await sara.starts()
    assert "\u2068Ali\u2069" in (await ali.sees("سلام")).text
    assert "Hi Sara!" in (await sara.sees("Hi")).text


async def test_help_explains_and_an_unknown_command_gets_one_line(bot, sara):
    asked = await sara.sends("/help")
    assert (await sara.sees("leave the rest to me")).reply == asked.id
    unknown = await sara.sends("/nonsense")
    told = await sara.sees("don't know that command")
    assert (told.reply, told.text.count("\n")) == (unknown.id, 0)


async def test_what_is_not_a_link_gets_a_friendly_hint(bot, sara, tmp_path):
    picture = tmp_path / "s.webp"
    picture.write_bytes(b"RIFF\0\0\0\0WEBPVP8 " + bytes(20))
    await sara.sends("hello there")
    await sara.sees("I found no link")
    await sara.sends(sticker=picture)
    await sara.sees("can't do anything with that")
    await sara.sends("word " * 800)
    await sara.sees("very long")
    await sara.sends("file:///etc/passwd")
    await sara.sees("I can't open file links")
    await sara.sends("https://user:secret@example.org/")
    await sara.sees("password")
    await sara.sends("http://a..b/")
    await sara.sees("does not look right")
    assert bot.requests() == []


async def test_a_failure_of_ours_is_a_sentence_with_a_code_that_the_log_has(bot, sara, caplog):
    bot.db.connection.close()
    await sara.sends(LINK)
    told = await sara.sees("my fault")
    code = told.text.rsplit(" ", 1)[1]
    assert [code in record.getMessage() for record in caplog.records].count(True) == 1


async def test_the_button_cancels(bot, ali):
    await ali.sends(LINK)
    status = await ali.sees("در صف")
    assert (await ali.presses("لغو"))["text"] == "لغو شد."
    told = await ali.sees_edit(status, "لغو شد")
    assert told.buttons == []
    await until(lambda: not bot.requests())


async def test_the_button_works_in_mid_download(bot, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    hands.report(hands.claim(), Step.FETCH, 30 * MIB, 100 * MIB)
    await sara.sees_edit(status, "Downloading")
    await sara.presses("Cancel")
    await sara.sees_edit(status, "Cancelled")


async def test_a_button_of_a_finished_request_says_so(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.floods("messages.editMessage", 60)
    await tg.fails("messages.deleteMessages", "500 INTERNAL", times=3)
    hands.fails(hands.claim(), "failed-gone")
    assert "already over" in (await sara.presses("Cancel", status))["text"]


async def test_a_foreign_request_cannot_be_cancelled(bot, tg, sara, ali):
    await sara.sends(LINK)
    await sara.sees("In line")
    (request,) = bot.requests()
    assert not bot.intake.cancelling.cancel(request.request, ali.id)
    assert bot.intake.cancelling.why_not(request.request, ali.id) == "cancel-not-yours"
    assert bot.requests()[0].state == "open"


async def test_cancel_stops_the_latest_and_offers_the_others(bot, sara):
    for n in (1, 2, 3):
        await sara.sends(f"https://example.org/{n}")
        await sara.sees(f"example.org/{n}")
    await sara.sends("/cancel")
    told = await sara.sees("is cancelled")
    assert "example.org/3" in told.text
    assert [button["text"] for (button,) in told.buttons] == [
        "❌ All of them (2)",
        "❌ example.org/1",
        "❌ example.org/2",
    ]
    await sara.presses("❌ example.org/1", told)
    await sara.sees(lambda m: "example.org/1" in m.text and "Cancelled" in m.text)
    await until(lambda: [one.url[-1] for one in bot.requests()] == ["2"])


async def test_cancel_with_nothing_on_its_way_says_so(bot, sara):
    await sara.sends("/cancel")
    await sara.sees("nothing on its way")
