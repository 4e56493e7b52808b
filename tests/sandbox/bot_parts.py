"""The parts of a bot in the test's own process, and a worker as far as the store can tell."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from procs.bot.assembly import assembled
from procs.bot.bot_options import BotOptions, configured
from procs.bot.intake import Intake
from procs.bot.sponsors.note_sender import NoteSender
from procs.bot.status.status_board import StatusBoard
from procs.config import Settings
from procs.config.live_settings import live
from procs.config.settings import live_texts
from procs.core import clock
from procs.records.job import Kind, Lane, Lease, Link, Media, Part, Reference, Step
from procs.store import wake
from procs.store.database import Database, open_database
from procs.store.health import runtime_settings, workers
from procs.store.jobs import leases, outcomes
from procs.store.people import preferences
from procs.store.requests import request_status
from procs.store.requests.request_status import Report, RequestStatus
from procs.telegram.chat.bot_session import BotSession

LINK = "https://example.org/clip.mp4"
MIB = 1 << 20


@dataclass
class Bot:
    """The parts of a bot process, and what they know."""

    db: Database
    chat_session: BotSession
    status_board: StatusBoard
    intake: Intake

    def requests(self) -> list[RequestStatus]:
        return request_status.open_statuses(self.db, now=clock.now())

    async def rests(self) -> None:
        """Nothing is being handled or written any more."""
        while busy := {*self.chat_session.handling, *self.status_board.busy.values()}:
            await asyncio.wait(busy)


def wants(db: Database, person: int, form: str = "best") -> None:
    """A person wants this form of every link, and is not asked."""
    preferences.change(db, person, "form", form, now=clock.now())


async def until(true: Callable[[], object]) -> None:
    """Wait for something that only the store can tell."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(settings: Settings, *, lives: bool = False, **more: Any) -> AsyncIterator[Bot]:
    """A bot that listens, and at the end leaves as on TERM. Where it `lives` by settings that
    admins change, as the process does."""
    db = open_database(settings.database_url, run=settings.run)
    now_set = live(settings, partial(runtime_settings.found, db), live_texts({}))
    chat_session = BotSession(now_set)
    options = replace(configured(now_set), **more) if lives else BotOptions(**more)
    parts = assembled(db, chat_session, options)
    status_board, intake = parts.status_board, parts.intake
    bot = Bot(db, chat_session, status_board, intake)
    await chat_session.connect(intake.on_message, intake.on_press, intake.side_handlers)
    looking = asyncio.ensure_future(status_board.run())
    timing = asyncio.ensure_future(bot.intake.cards.run())
    adding = asyncio.ensure_future(bot.intake.admins.sponsor_adder.run())
    noting = asyncio.ensure_future(NoteSender(db, parts.replies).run())
    holding = asyncio.ensure_future(bot.intake.sponsors.run())
    try:
        yield bot
    finally:
        sides = {looking, timing, adding, holding, noting}
        for side in sides:
            side.cancel()
        await asyncio.wait(sides)
        await chat_session.quiet(1)
        await status_board.settle(1)
        await chat_session.close()
        db.close()


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
        request_status.report(self.db, [Report(lease, step, done, total, 5.0 * MIB)])
        wake.notify(self.db.run, wake.BOT)

    def fails(self, lease: Lease, say: str) -> str:
        code = outcomes.fail(self.db, lease, error="gone", say=say, now=clock.now())
        wake.notify(self.db.run, wake.BOT)
        return code

    def fetches(self, lease: Lease) -> None:
        part = Part(Reference("document", 1, 2, "ab"), "video", "clip.mp4", 3)
        link = Link(LINK, "example.org", lease.link.key, lease.link.variant)
        media = Media(link.key, link.variant, "A clip", link.site, link.url, (part,))
        outcomes.finish_download(self.db, lease, media, keys={link.key}, now=clock.now())

    def delivers(self) -> None:
        lease = self.claim(Lane.LIGHT)
        assert lease.kind is Kind.DELIVER
        request = lease.delivery.request
        outcomes.finish_delivery(self.db, lease, request, worker="w00-1", now=clock.now())
        wake.notify(self.db.run, wake.BOT)
