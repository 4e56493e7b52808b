"""Sends alerts to the admins, each once, however often the bot is restarted.

Every notification is stored before it is sent. The sender serves each admin separately, so an admin
who blocked the bot delays no other.
"""

import asyncio
from collections.abc import Sequence

from procs.bot.alerts import alert_pages, alert_text
from procs.bot.alerts.alert_text import Fact
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.conversation.failure_boundary import logged, repeat
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock, log
from procs.errors import (
    ChatClosed,
    StoreFull,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
    alert_kinds,
    remedies,
)
from procs.store.database import Database
from procs.store.health import alert_choices, notifications
from procs.store.health.notifications import Notification
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n

#: Seconds between two queries, and the pause after an admin could not be reached.
ALERT_INTERVAL, REST = 1.0, 30.0


class AlertSender:
    def __init__(self, db: Database, replies: ReplySender, admins: Sequence[int]) -> None:
        self.db = db
        self.replies = replies
        self.admins = admins
        self.menus = MenuSender(db, replies)
        #: The boot instant until which an admin is not tried; losing it costs an attempt.
        self.resting: dict[int, float] = {}

    async def run(self) -> None:
        """Send due notifications until cancelled."""
        await repeat(self.look, ALERT_INTERVAL)

    async def look(self) -> None:
        """Send the notifications that are due."""
        try:
            notifications.plan(self.db, self.admins, now=clock.now())
        except StoreFull as error:
            log.warning("alerts.unplanned", error=error)
        waiting: dict[int, list[Notification]] = {}
        for notice in notifications.unsent(self.db):
            if self.must_wait(notice):
                continue
            waiting.setdefault(notice.admin, []).append(notice)
        now = clock.now().boot
        ready = [them for admin, them in waiting.items() if self.resting.get(admin, 0.0) <= now]
        await asyncio.gather(*(logged(self.send_all(them), admin=them[0].admin) for them in ready))

    async def send_all(self, waiting: list[Notification]) -> None:
        """Send one admin all that waits, in order."""
        for notice in waiting:
            self.resting[notice.admin] = clock.now().boot + REST
            try:
                await self.send(notice)
            except TelegramWait as wait:
                return self.replies.pace.note(wait)
            except (TelegramAway, StoreFull) as error:
                return log.warning("alert.late", admin=notice.admin, error=error)
            except (ChatClosed, TelegramRefused) as error:
                self.give_up(notice, f"{type(error).__name__}: {error}")
            del self.resting[notice.admin]

    async def send(self, notice: Notification) -> None:
        """Raises as `ReplySender.send`, ChatClosed for an admin who never met the bot."""
        if notice.access is None or notice.admin not in self.admins:
            raise ChatClosed("never wrote to the bot")
        body = self.wanted_facts(notice)
        if body:
            await self.replies.send(self.message(notice, body), urgency=Urgency.ADMIN)
        notifications.note_sent(self.db, notice, now=clock.now())
        log.info("alert.told", admin=notice.admin, telling=notice.telling)

    def wanted_facts(self, notice: Notification) -> list[Fact]:
        """What this admin wants to be told of; always what is critical."""
        off = alert_choices.muted(self.db, notice.admin, now=clock.now())
        return [one for one in notice.body if is_critical(one) or one["kind"] not in off]

    def message(self, notice: Notification, body: list[Fact]) -> OutgoingMessage:
        """The text with its buttons. One that is sent again after a kill is the first to Telegram,
        whose buttons are rows too."""
        assert notice.access is not None
        text = alert_text.render(notice.language, body)
        page = alert_pages.under(body, notice.language)
        made = self.menus.mint(page, notice.admin, notice.admin)
        return OutgoingMessage(notice.admin, notice.access, text, notice.random_id, buttons=made)

    def must_wait(self, notice: Notification) -> bool:
        """Whether it comes after this admin's quiet hours: nothing of it is critical."""
        minute = i18n.minute_of_day(notice.language, clock.now().wall)
        quiet = alert_choices.is_quiet(self.db, notice.admin, minute)
        return quiet and not any(is_critical(one) for one in notice.body)

    def give_up(self, notice: Notification, why: str) -> None:
        """Log that an admin is unreachable, once until they are reachable again."""
        if notifications.note_unreachable(self.db, notice, why=why, now=clock.now()):
            log.error("admin.unreachable", admin=notice.admin, why=why, fix=remedies.DEAF)


def is_critical(one: Fact) -> bool:
    return one["kind"] in alert_kinds.CRITICAL_ALERTS
