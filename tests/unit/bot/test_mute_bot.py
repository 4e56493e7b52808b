"""A bot that cannot reach Telegram, or whose sign-in is revoked, leaves its duty to another machine
that may be the bot."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from procs.bot.__main__ import live, serve
from procs.bot.duty import bot_duty
from procs.bot.duty.bot_duty import BotDuty
from procs.core import clock
from procs.core.process import Signals
from procs.errors import ChaparError, SessionRevoked, alert_kinds
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.limits import revoked_sessions
from procs.store.machines import bot_lease, machine_rows
from procs.telegram.chat.bot_session import BOT_SESSION, BotSession
from procs.telegram.departure import SPEECH
from tests.sandbox.events import until
from tests.sandbox.telegram.server import Telegram
from tests.unit.bot.test_bot_duty import machine
from tests.unit.conftest import TOKEN


@pytest.fixture(autouse=True)
def speech(monkeypatch) -> None:
    monkeypatch.setattr(SPEECH, "end", SPEECH.end)


async def test_a_session_whose_telegram_went_away_is_not_connected(settings_for):
    async with Telegram(token=TOKEN) as telegram:
        session = BotSession(settings_for(telegram))
        await session.connect(ignore, ignore)
        assert session.connected

    await until(lambda: not session.connected)

    await session.close()


async def ignore(_: object) -> None:
    """Nobody speaks here."""


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Renewals, looks, and the loss of a connection take next to no time."""
    for name in ("BOT_BEAT", "STANDBY_LOOK"):
        monkeypatch.setattr(bot_lease, name, 0.01)
    monkeypatch.setattr(bot_duty, "MUTE", 0.1)


def hear_of(db: Database, name: str, roles: str = "worker,keeper,bot") -> None:
    facts = {"boot": "b", "home": f"/srv/{name}", "slots": 2, "version": "1"}
    machine_rows.beat(db, name, roles=roles, **facts, now=clock.now())


async def beaten(duty: BotDuty, *, times: int, connected: bool) -> asyncio.Task[None]:
    """The holder after so many beats, or as soon as it gave up."""
    beats, done = [], asyncio.Event()

    def is_connected() -> bool:
        beats.append(None)
        if len(beats) >= times:
            done.set()
        return connected

    holding = asyncio.create_task(duty.hold(is_connected))
    waiting = asyncio.create_task(done.wait())
    await asyncio.wait({holding, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return holding


@pytest.mark.parametrize(
    ("roles", "connected", "gives_up"),
    [
        ("worker,keeper,bot", False, True),
        ("worker,keeper,bot", True, False),
        ("worker,keeper", False, False),
    ],
)
async def test_a_holder_without_a_connection_gives_up_where_another_machine_may_be_the_bot(
    settings, db, at_once, roles, connected, gives_up
):
    duty = BotDuty(replace(settings, machine="m1"), db)
    hear_of(db, "m1")
    hear_of(db, "m2", roles)
    assert duty.take()
    duty.connected_at = clock.elapsed()

    holding = await beaten(duty, times=30, connected=connected)

    assert (holding.done(), duty.is_mute) == (gives_up, gives_up)
    holding.cancel()


async def test_a_holder_without_a_connection_goes_on_where_the_other_machine_is_signed_out(
    settings, db, at_once
):
    duty, now = BotDuty(replace(settings, machine="m1"), db), clock.now()
    hear_of(db, "m2")
    revoked_sessions.note_lost(db, f"{BOT_SESSION}-m2", mark="1", why="revoked", now=now)
    assert duty.take()

    holding = await beaten(duty, times=30, connected=False)

    assert not holding.done()
    holding.cancel()


async def test_a_machine_whose_sign_in_is_revoked_takes_no_lease_until_it_is_another(settings, db):
    duty = BotDuty(replace(settings, machine="m1"), db)
    file = settings.sessions / f"{BOT_SESSION}.session"
    file.parent.mkdir(exist_ok=True)
    file.touch()
    duty.session_state.note(SessionRevoked("revoked"))
    assert not duty.take()

    file.unlink()

    assert duty.take()


async def test_a_standby_whose_sign_in_was_revoked_signs_in_once_its_file_is_gone(tg, settings, db):
    duty = BotDuty(replace(settings, machine="m1"), db)
    file = settings.sessions / f"{BOT_SESSION}.session"
    await duty.sign_in_early()
    duty.session_state.note(SessionRevoked("revoked"))
    assert not duty.take()
    await duty.sign_in_anew()
    assert len(await tg.calls("auth.importBotAuthorization")) == 1

    file.unlink()
    await duty.sign_in_anew()

    assert file.exists()
    assert len(await tg.calls("auth.importBotAuthorization")) == 2


@pytest.mark.parametrize("trouble", ["revoked", "away"])
async def test_a_bot_that_cannot_speak_hands_its_duty_to_a_machine_that_can(
    tg, settings, db, ali, at_once, tmp_path: Path, trouble
):
    url = "postgresql://chapar@/one"  # of machines; what is asked is in `db`
    m1 = replace(settings, machine="m1", database_url=url)
    if trouble == "revoked":
        await BotDuty(m1, db).sign_in_early()
        await tg.revokes(tg.bot)
    else:
        m1 = replace(m1, telegram_server=("127.0.0.1", 9))
    hear_of(db, "m2")
    first = asyncio.create_task(live(m1, db))
    async with asyncio.timeout(30):
        while (held := bot_lease.holder(db)) is None or held.until:
            await asyncio.sleep(0.01)
    await tg.calls("*")
    assert not first.done()  # its next process would take the lease before another machine looks

    second = machine(settings, db, tmp_path / "m2", "m2")
    await second.start()
    await ali.sends("to whom it may concern")
    await second.hears("to whom it may concern")

    assert await first == 1
    assert bot_lease.holder(db).machine == "m2"
    kind = alert_kinds.REVOKED if trouble == "revoked" else alert_kinds.BOT_MOVED
    assert [one.kind for one in alerts.standing(db)] == [kind]
    await second.stop()


async def test_where_no_other_machine_takes_the_lease_the_one_that_gave_it_up_tries_again(
    settings, db, at_once, monkeypatch
):
    monkeypatch.setattr(bot_duty, "HANDED_OVER", 0.1)
    duty = BotDuty(replace(settings, machine="m1"), db)
    assert duty.take()
    duty.end()

    async with asyncio.timeout(10):
        await duty.hand_over()

    assert BotDuty(replace(settings, machine="m1"), db).take()


async def test_a_bot_that_is_signed_out_while_it_serves_notes_that_before_it_leaves(
    tg, settings, db
):
    """The next process takes no lease then, before another machine can."""
    session = BotSession(settings)
    serving = asyncio.create_task(serve(settings, db, Signals(), session))
    await session.named.wait()
    await tg.revokes(tg.bot)
    with suppress(ChaparError):
        await session.ping()

    assert await serving == 1

    assert [one.name for one in revoked_sessions.unresolved(db)] == [BOT_SESSION]
