"""The bot against the loopback Telegram and a real store: stories as people live them."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any

import pytest

from procs import clock
from procs.bot import rhythm, view
from procs.bot.board import Board
from procs.bot.intake import Intake
from procs.bot.speech import Speech
from procs.config import Settings
from procs.job import Kind, Lane, Lease, Link, Media, Part, Reference, Step
from procs.store import glances, leases, outcomes, wake, workers
from procs.store.database import Database, open_database
from procs.store.glances import Glance, Report
from procs.telegram.front import Front
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


async def until(true: Callable[[], object]) -> None:
    """Wait for something that only the store can tell."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


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
        link = Link(LINK, "example.org", lease.link.key)
        media = Media(link.key, link.variant, "A clip", link.site, link.url, (part,))
        outcomes.fetched(self.db, lease, media, keys={link.key}, now=clock.now())

    def delivers(self) -> None:
        lease = self.claim(Lane.LIGHT)
        assert lease.kind is Kind.DELIVER
        request = lease.delivery.request
        outcomes.delivered(self.db, lease, request, worker="w00-1", now=clock.now())
        wake.poke(self.db.run, wake.BOT)


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali", language="fa")


@pytest.fixture
async def sara(tg: Telegram) -> Person:
    return await tg.person("Sara", language="en")


# --- words -----------------------------------------------------------------------------------


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


# --- links -----------------------------------------------------------------------------------


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
    assert told.buttons == []
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
    assert glances.glance(bot.db, 1, now=clock.now()).state == "cancelled"


# --- cancelling ------------------------------------------------------------------------------


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


# --- once, whatever happens ------------------------------------------------------------------


async def test_an_update_heard_twice_is_answered_once(bot, tg, sara):
    heard = []
    take = bot.intake.hear

    async def twice(message):
        heard.append(message)
        await take(message)
        await take(message)

    bot.front.hear = twice
    for text in (LINK, "/start", "no link", "/cancel"):
        await sara.sends(text)
    await sara.sees("is cancelled")
    await until(lambda: len(heard) == 4)
    await bot.rests()
    assert len([m for m in await sara.chat() if not m.mine]) == 4


async def test_what_was_sent_while_the_bot_was_down_is_answered(settings, store, sara):
    async with running(settings):
        await sara.starts()
        await sara.sees("Hi")
    await sara.sends(LINK)
    async with running(settings):
        await sara.sees("In line")
    async with running(settings) as bot:
        await sara.sends("/help")
        await sara.sees("leave the rest")
        assert len(bot.requests()) == 1
    assert len([m for m in await sara.chat() if not m.mine]) == 3


async def test_what_is_too_old_gets_one_polite_line(settings, store, sara):
    async with running(settings):
        await sara.starts()
        await sara.sees("Hi")
    for number in range(3):
        await sara.sends(f"{LINK}?old={number}")
    async with running(settings, catch_up=-10.0) as bot:
        await sara.sees("send it again")
        await bot.rests()
        assert bot.requests() == []
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
    assert len([m for m in await sara.chat() if not m.mine]) == 3


async def test_what_is_said_while_the_line_is_down_is_heard_when_it_is_up(bot, tg, sara):
    await sara.starts()
    await sara.sees("Hi")
    await tg.stop()
    await sara.sends(LINK)
    for key in tg.keys.values():
        key.waiting.clear()  # Telegram keeps what a session missed for a while only
    await tg.start()
    await sara.sees("In line")
    await bot.rests()
    assert len([m for m in await sara.chat() if not m.mine]) == 2


async def test_a_request_nobody_answered_is_answered_at_the_next_start(settings, store, tg, sara):
    async with running(settings) as bot:
        await tg.fails("messages.sendMessage", "FLOOD_WAIT_3600")
        await sara.sends(LINK)
        await until(bot.requests)
        await bot.rests()
    with store.write():
        store.change("DELETE FROM waits")
    async with running(settings) as bot:
        await sara.sees("In line")
        assert len(bot.requests()) == 1


async def test_an_answer_whose_receipt_was_lost_is_not_given_twice(bot, tg, sara):
    await tg.swallows("messages.sendMessage", done=True, close=True)
    await sara.sends(LINK)
    await until(lambda: any(one.status_message for one in bot.requests()))
    assert len([m for m in await sara.chat() if not m.mine]) == 1
    assert (await sara.sees("In line")).id == bot.requests()[0].status_message


async def test_a_restart_brings_no_progress_sooner(settings, store, hands, sara):
    async with running(settings) as bot:
        await sara.sends(LINK)
        await sara.sees("In line")
        lease = hands.claim()
        hands.report(lease, Step.FETCH, 10 * MIB, 100 * MIB)
        await sara.sees("10%")
        await bot.rests()
    hands.report(lease, Step.FETCH, 60 * MIB, 100 * MIB)
    now = clock.now()
    (row,) = glances.glances(store, now=now)
    shown = rhythm.shown(row)
    assert (shown.stage, shown.share) == (Step.FETCH, 0.1)
    assert not rhythm.due(view.render(row, now), shown, shown.at + 4.9)
    assert rhythm.due(view.render(row, now), shown, shown.at + 5.0)


async def test_progress_is_told_within_the_limits(bot, hands, tg, sara):
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


async def test_what_came_meanwhile_is_heard_though_news_come_first(tg, settings, store):
    """A message that arrives before the bot could ask what it missed must not hide the rest."""
    ali = await tg.person("Ali")
    async with running(settings) as bot:
        await ali.starts()
        await ali.sees(lambda m: not m.mine)
        await bot.rests()
    for number in range(4):
        await ali.sends(f"{LINK}?missed={number}")
    hold = await tg.holds("users.*")
    starting = asyncio.ensure_future(started(settings))
    await hold.reached(10)
    await ali.sends(f"{LINK}?news")
    await tg.do("heal")
    bot, end = await starting
    await until(lambda: len(bot.requests()) == 5)
    await end()


async def started(settings: Settings) -> tuple[Bot, Callable[[], Coroutine[Any, Any, None]]]:
    """A bot that listens, and how to end it."""
    stack = AsyncExitStack()
    return await stack.enter_async_context(running(settings)), stack.aclose
