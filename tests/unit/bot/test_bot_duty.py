"""The bot of several machines: one speaks, and the next goes on where it stood."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from procs.bot.__main__ import serve
from procs.bot.duty.bot_duty import BotDuty
from procs.config import Settings
from procs.core import clock
from procs.core.process import Signals
from procs.errors import TelegramAway
from procs.store.database import Database
from procs.store.limits import send_budget
from procs.store.machines import bot_lease, bot_places
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming
from procs.telegram.departure import SPEECH
from procs.telegram.message_limits import Urgency, bot_rules


@pytest.fixture(autouse=True)
def speech(monkeypatch) -> None:
    monkeypatch.setattr(SPEECH, "end", SPEECH.end)


@dataclass
class Machine:
    """A bot on a machine of its own, which only notes what it hears."""

    settings: Settings
    db: Database
    texts: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.duty = BotDuty(self.settings, self.db)
        await self.duty.begin()
        self.chat_session = BotSession(self.settings, self.duty)
        await self.chat_session.connect(self.on_message, self.on_press)

    async def on_message(self, incoming: Incoming) -> None:
        self.texts.append(incoming.text)
        self.news.set()

    async def on_press(self, _: object) -> None:
        """Nobody presses here."""

    async def hears(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in self.texts:
                self.news.clear()
                await self.news.wait()

    async def stop(self) -> None:
        await self.chat_session.quiet(1)
        await self.chat_session.close()


def machine(settings: Settings, db: Database, home: Path, name: str) -> Machine:
    home.mkdir(mode=0o700, exist_ok=True)
    return Machine(replace(settings, home=home, machine=name), db)


async def test_the_next_machine_hears_what_was_said_between_two(
    tg, settings, db, ali, tmp_path: Path
):
    first = machine(settings, db, settings.home, "m1")
    second = machine(settings, db, tmp_path / "m2", "m2")
    await first.start()
    await ali.sends("to the first")
    await first.hears("to the first")
    await first.stop()
    first.duty.end()
    await ali.sends("to nobody")

    await second.start()
    await second.hears("to nobody")
    await ali.sends("to the second")
    await second.hears("to the second")

    # The stored place is some seconds behind: what is told twice is known by its row as heard.
    assert second.texts[-2:] == ["to nobody", "to the second"]
    await second.stop()


async def test_who_stands_by_signs_in_early_and_takes_over_when_the_holder_ends(
    tg, settings, db, ali, tmp_path: Path
):
    first = machine(settings, db, settings.home, "m1")
    second = machine(settings, db, tmp_path / "m2", "m2")
    await first.start()
    standing_by = asyncio.create_task(second.start())
    async with asyncio.timeout(10):
        while len(await tg.calls("auth.importBotAuthorization")) < 2:
            await asyncio.sleep(0.01)
    assert not standing_by.done()

    await first.stop()
    first.duty.end()
    await standing_by

    assert second.duty.lease.fence > first.duty.lease.fence
    assert len(await tg.calls("auth.importBotAuthorization")) == 2
    await second.stop()


async def test_who_holds_the_lease_no_more_says_nothing(tg, settings, db, ali):
    bot = machine(settings, db, settings.home, "m1")
    await bot.start()
    await bot.chat_session.ping()
    before = len(await tg.calls("ping"))

    bot.duty.lease.own_end = clock.elapsed()
    with pytest.raises(TelegramAway):
        await bot.chat_session.ping()

    assert len(await tg.calls("ping")) == before
    await bot.chat_session.close()


async def test_a_machine_that_lost_the_lease_moves_no_place(tg, settings, db, ali, tmp_path: Path):
    first = machine(settings, db, settings.home, "m1")
    await first.start()
    stored = bot_places.stored(db)
    first.duty.lease.give_up()
    second = BotDuty(replace(settings, home=tmp_path / "m2", machine="m2"), db)
    assert second.take()

    bot_places.keep(db, [(0, 1, 1, 1, 1, 0)], fence=first.duty.lease.fence, lineage="")

    assert stored
    assert bot_places.stored(db) == stored
    await first.chat_session.close()


async def test_a_bot_that_goes_off_duty_leaves_no_task_that_uses_what_is_closed(
    tg, settings, db, ali
):
    session, before = BotSession(settings), asyncio.all_tasks()
    serving = asyncio.create_task(serve(settings, db, Signals(), session))
    await session.named.wait()
    await ali.sends("/help")  # some of it is under way when the lease is lost

    serving.cancel()
    await asyncio.wait({serving})

    assert [task for task in asyncio.all_tasks() - before if not task.done()] == []


async def test_after_another_server_took_over_chats_are_given_time_to_forget(
    settings, db, monkeypatch
):
    """What a standby without the last seconds does not know was sent, and Telegram counted it."""
    monkeypatch.setattr(bot_lease, "BOT_BEAT", 0.0)
    duty = BotDuty(replace(settings, machine="m1"), db)
    assert duty.take()
    duty.lineage = "of the server before"
    rules = bot_rules(Urgency.ANSWER)
    assert send_budget.wait_of(db, rules, now=clock.now()) == 0.0

    await duty.hold()

    wait = send_budget.wait_of(db, rules, now=clock.now())
    assert 0.0 < wait <= send_budget.FORGOTTEN_IN
