"""Admins are told of alerts in Telegram: real Pyrogram, the loopback Telegram, a real store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from procs.bot.alerts import alert_text
from procs.bot.alerts.alert_sender import AlertSender
from procs.bot.conversation.reply_sender import ReplySender
from procs.config import Settings
from procs.core import clock
from procs.errors import alert_kinds
from procs.records.job import Person as Known
from procs.store.database import Database
from procs.store.health import alerts, notifications
from procs.store.people import users
from procs.telegram.chat.bot_session import BotSession
from procs.texts import i18n
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

SEND = "messages.sendMessage"
KINDS = sorted(alert_kinds.ALL_ALERTS)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is gathered, and no gap is left between tellings."""
    monkeypatch.setattr(notifications, "GATHER", 0.0)
    monkeypatch.setattr(notifications, "GAPS", (0.0,))


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    """One that refuses and records whatever breaks its limits."""
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram
        assert telegram.world.broken == []


async def nothing(incoming: object) -> None:
    """Hears and feels nothing."""


@asynccontextmanager
async def speaking(settings: Settings, db: Database, *admins: Person) -> AsyncIterator[AlertSender]:
    chat_session = BotSession(settings)
    await chat_session.connect(nothing, nothing)
    try:
        yield AlertSender(db, ReplySender(db, chat_session), [admin.id for admin in admins])
    finally:
        await chat_session.close()


@pytest.fixture
async def ali(tg: Telegram, db: Database) -> Person:
    return await met(tg, db, "Ali", "fa")


@pytest.fixture
async def sara(tg: Telegram, db: Database) -> Person:
    return await met(tg, db, "Sara", "en")


async def met(tg: Telegram, db: Database, name: str, language: str) -> Person:
    """An admin who has written to the bot."""
    person = await tg.person(name, language=language)
    await person.starts()
    access = tg.world.access_hash(tg.bot, person.id)
    users.remember(db, Known(person.id, language, name, access), now=clock.now())
    return person


async def read(person: Person) -> list[str]:
    return [message.text for message in await person.chat() if not message.mine]


def note(db: Database, site: str = "a.example") -> None:
    facts = {"job": 41, "worker": "w03-8124", "detail": "Sign in to confirm"}
    alerts.note(db, "bot-check", site, now=clock.now(), **facts)


async def test_a_hundred_failures_are_one_message(tg, settings, db, sara):
    async with speaking(settings, db, sara) as alert_sender:
        note(db)
        for _ in range(100):
            await alert_sender.look()
            note(db)

    (text,) = await read(sara)
    assert [call["result"] for call in await tg.calls(SEND)] == ["ok"]
    for words in ("a.example takes me for a robot", "1× in", "job 41", "w03-8124", "sites.toml"):
        assert words in text


async def test_many_messages_break_no_limit_of_telegram(tg, settings, db, ali, sara):
    async with speaking(settings, db, ali, sara) as alert_sender:
        for number in range(6):
            note(db, f"{number}.example")
            await alert_sender.look()

    assert [call["result"] for call in await tg.calls(SEND)] == ["ok"] * 12


async def test_each_admin_reads_it_in_their_own_language(settings, db, ali, sara):
    async with speaking(settings, db, ali, sara) as alert_sender:
        note(db)
        await alert_sender.look()

    assert "ربات می‌دونه" in (await read(ali))[0]
    assert "takes me for a robot" in (await read(sara))[0]


async def test_the_end_is_told_in_a_word(settings, db, sara):
    async with speaking(settings, db, sara) as alert_sender:
        note(db)
        await alert_sender.look()
        alerts.clear(db, ("bot-check",), "a.example", now=clock.now())
        await alert_sender.look()

    assert (await read(sara))[1].startswith("🟢 Over: a.example takes me for a robot")


async def test_a_bot_that_was_killed_over_a_telling_tells_it_once(tg, settings, db, sara):
    """Telegram has the message, and the store does not know yet."""
    hold = await tg.holds(SEND, done=True)
    async with speaking(settings, db, sara) as alert_sender:
        note(db)
        telling = asyncio.ensure_future(alert_sender.look())
        await hold.reached()
        telling.cancel()
    await hold.release()
    assert len(notifications.unsent(db)) == 1

    async with speaking(settings, db, sara) as alert_sender:
        await alert_sender.look()
        await alert_sender.look()

    assert len(await read(sara)) == 1
    assert notifications.unsent(db) == []
    first, again = await tg.calls(SEND)
    assert first["random_id"] == again["random_id"]


async def test_an_admin_who_blocked_the_bot_keeps_no_other_waiting(
    tg, settings, db, ali, sara, caplog
):
    await ali.blocks()
    stranger = await tg.person("Stranger")
    async with speaking(settings, db, stranger, ali, sara) as alert_sender:
        for site in ("a.example", "b.example"):
            note(db, site)
            await alert_sender.look()
            await alert_sender.look()

        assert len(await read(sara)) == 2
        assert caplog.text.count("admin.unreachable") == 2
        assert sorted(admin for admin, *_ in notifications.deaf(db)) == sorted(
            (stranger.id, ali.id)
        )
        assert len(await tg.calls(SEND)) == 4

        await ali.blocks(False)
        note(db, "c.example")
        await alert_sender.look()

    assert [admin for admin, *_ in notifications.deaf(db)] == [stranger.id]


async def test_telegrams_wait_is_waited_for(tg, settings, db, sara, monkeypatch):
    monkeypatch.setattr("procs.bot.alerts.alert_sender.REST", 0.0)
    await tg.fails(SEND, "FLOOD_WAIT_1")
    async with speaking(settings, db, sara) as alert_sender:
        note(db)
        await alert_sender.look()

    assert len(await read(sara)) == 1


@pytest.mark.parametrize("kind", [*KINDS, "of-a-later-version"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_alert_has_its_words_and_its_remedy(language, kind):
    fact = {"kind": kind, "subject": "slot-0", "job": 0, "worker": "", "detail": ""}
    text = alert_text.render(
        language, [{**fact, "word": "new", "lasts": True, "count": 1, "seconds": 70.0}]
    )
    assert len(text.splitlines()) == 3


def test_a_storm_of_kinds_and_sites_is_still_one_message():
    body = [
        {"word": "new", "kind": kind, "subject": f"{n}.example", "lasts": False, "count": 2}
        | {"seconds": 5.0, "job": n, "worker": "w00-1", "detail": "x" * 300}
        for kind in KINDS
        for n in range(40)
    ]
    text = alert_text.render("en", body)

    assert len(text) < 4096
    assert "0.example, 1.example, 2.example, 3.example, 4.example +35" in text
    assert "80× in 5 seconds" in text
    assert f"{len(KINDS) - alert_text.ALERTS_TOLD} more" in text
