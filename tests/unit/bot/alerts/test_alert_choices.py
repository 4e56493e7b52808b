"""What each admin is told of: kinds, quiet hours, and the buttons under an alert."""

from collections.abc import AsyncIterator

import pytest

from procs.bot.alerts.alert_sender import AlertSender
from procs.config import Settings
from procs.core import clock
from procs.errors import alert_kinds
from procs.store.admins import audit_log
from procs.store.database import Database
from procs.store.health import alert_choices, alerts, notifications
from procs.texts import i18n
from tests.sandbox.bot_parts import Bot, running
from tests.sandbox.person import Person, labels
from tests.sandbox.telegram.server import Telegram

KIND, ALL_DAY = "bot-check", (0, 24 * 60)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "GATHER", 0.0)
    monkeypatch.setattr(notifications, "GAPS", (0.0,))


@pytest.fixture
async def olga(tg: Telegram) -> Person:
    return await tg.person("Olga", language="en")


@pytest.fixture
async def bot(settings: Settings, db: Database, olga: Person) -> AsyncIterator[Bot]:
    async with running(settings, admins=[olga.id]) as bot:
        await olga.starts()
        await olga.sees("Hi")
        yield bot


@pytest.fixture
def sender(bot: Bot, olga: Person) -> AlertSender:
    return AlertSender(bot.db, bot.intake.replies, [olga.id])


def note(bot: Bot, kind: str = KIND, subject: str = "site.example", job: int = 0) -> None:
    alerts.note(bot.db, kind, subject, now=clock.now(), job=job)


async def told(sender: AlertSender, olga: Person) -> list[str]:
    """What an admin was told by now."""
    await sender.look()
    return [one.text for one in await olga.chat() if "⚠️" in one.text or "🚨" in one.text]


async def alerted(sender: AlertSender, olga: Person):
    await sender.look()
    return await olga.sees(lambda m: "👁 show" in labels(m))


async def test_an_alert_has_buttons_for_what_can_be_done(bot, sender, olga):
    note(bot)
    message = await alerted(sender, olga)
    assert labels(message) == ["👁 show", "🔕 quiet for 4 h", "🔓 visit site.example now"]
    await olga.presses("👁 show", message)
    page = await olga.sees_edit(message, lambda m: "⚙️ what I am told of" in labels(m))
    assert "site.example" in page.text


async def test_a_critical_alert_cannot_be_quiet(bot, sender, olga):
    note(bot, alert_kinds.LOW, "host")
    assert labels(await alerted(sender, olga)) == ["👁 show", "📋 Queue and failures"]
    alert_choices.mute(bot.db, olga.id, alert_kinds.REVOKED)
    alert_choices.set_hours(bot.db, olga.id, ALL_DAY)
    note(bot, alert_kinds.REVOKED, "w01")
    await sender.look()
    await olga.sees(i18n.say("en", f"fix-{alert_kinds.REVOKED}"))


async def test_a_kind_that_is_quiet_for_hours_is_not_told_and_others_are(bot, sender, olga):
    note(bot)
    message = await alerted(sender, olga)
    await olga.presses("🔕 quiet for 4 h", message)
    await bot.rests()
    until = alert_choices.muted(bot.db, olga.id, now=clock.now())[KIND]
    assert until == pytest.approx(clock.now().wall + 4 * 3600, abs=60)
    count = len(await olga.chat())
    note(bot, subject="other.example")
    await sender.look()
    assert len(await olga.chat()) == count
    note(bot, "site-filtered", "third.example")
    await sender.look()
    await olga.sees("third.example")


async def test_alerts_wait_for_the_end_of_quiet_hours(bot, sender, olga):
    alert_choices.set_hours(bot.db, olga.id, ALL_DAY)
    note(bot)
    await sender.look()
    assert notifications.unsent(bot.db)
    alert_choices.set_hours(bot.db, olga.id, None)
    await alerted(sender, olga)
    assert not notifications.unsent(bot.db)


async def test_an_admin_chooses_kinds_and_hours_on_a_page(bot, olga):
    await olga.sends("/alerts")
    page = await olga.sees("Nothing is wrong now")
    await olga.presses("⚙️ what I am told of", page)
    page = await olga.sees_edit(page, "What you want to be told of")
    await olga.presses("✅ robot check", page)
    page = await olga.sees_edit(page, lambda m: "🔕 robot check" in labels(m))
    await olga.presses("23–8", page)
    await olga.sees_edit(page, lambda m: "✅ 23–8" in labels(m))
    assert alert_choices.hours(bot.db, olga.id) == (23 * 60, 8 * 60)
    assert alert_choices.muted(bot.db, olga.id, now=clock.now()) == {KIND: None}


async def test_a_job_that_is_gone_is_not_done_again(bot, sender, olga, tg):
    note(bot, "quarantined", "site.example", job=4242)
    message = await alerted(sender, olga)
    await olga.presses("♻️ do job 4242 again", message)
    await bot.rests()
    assert audit_log.latest(bot.db) == []


@pytest.mark.parametrize("kind", sorted(alert_kinds.ALL_ALERTS))
def test_each_kind_has_its_texts(kind: str) -> None:
    assert [key for key in ("alert", "fix") if not i18n.knows(f"{key}-{kind}")] == []
    assert kind in alert_kinds.CRITICAL_ALERTS or i18n.knows(f"alert-kind-{kind}")
