"""Sends alerts to the admins who can act on them, each once, however often the bot is restarted.

Every notification is stored before it is sent. The sender serves each admin separately, so an admin
who blocked the bot delays no other. Which part of it an admin reads is decided when it is sent: by
the role that they have then, and by what they chose.
"""

import asyncio
from collections.abc import Sequence

from procs.bot.alerts import alert_audience, alert_pages, alert_text
from procs.bot.alerts.alert_text import Fact
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.conversation.failure_boundary import logged, repeat
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock, log
from procs.errors import (
    ChatClosed,
    StoreUnready,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
    alert_kinds,
    remedies,
)
from procs.records.admin_role import Role
from procs.store.admins import admin_rows
from procs.store.database import Database
from procs.store.health import alert_choices, notifications
from procs.store.health.notifications import Notification
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n

#: Seconds between two queries, and the pause after an admin could not be reached.
ALERT_INTERVAL, REST = 1.0, 30.0
#: Seconds between two queries while nothing changes: for the end of an admin's quiet hours, and for
#: who could not be reached.
AT_REST = 30.0


class AlertSender:
    """`owners` are those of CHAPAR_ADMINS; the others are rows."""

    def __init__(self, db: Database, replies: ReplySender, owners: Sequence[int]) -> None:
        self.db = db
        self.replies = replies
        self.owners = owners
        self.menus = MenuSender(db, replies)
        #: The boot instant until which an admin is not tried; losing it costs an attempt.
        self.resting: dict[int, float] = {}
        #: Why none could be planned at the last look.
        self.fault = ""

    async def run(self) -> None:
        """Send due notifications until cancelled."""
        await repeat(self.look, ALERT_INTERVAL, db=self.db, at_rest=AT_REST)

    async def look(self) -> None:
        """Send the notifications that are due."""
        try:
            notifications.plan(self.db, self.audience(), now=clock.now())
        except StoreUnready as error:
            if str(error) != self.fault:
                log.warning("alerts.unplanned", error=error)
            self.fault = str(error)
        else:
            self.fault = ""
        waiting: dict[int, list[Notification]] = {}
        for notice in notifications.unsent(self.db):
            if self.must_wait(notice):
                continue
            waiting.setdefault(notice.admin, []).append(notice)
        now = clock.now().boot
        ready = [them for admin, them in waiting.items() if self.resting.get(admin, 0.0) <= now]
        await asyncio.gather(*(logged(self.send_all(them), admin=them[0].admin) for them in ready))

    def audience(self) -> list[int]:
        """Everybody whose role is told of some kind, the owners first."""
        given = [
            one.person
            for one in admin_rows.listed(self.db)
            if one.role >= alert_audience.LOWEST and one.person not in self.owners
        ]
        return [*self.owners, *given]

    async def send_all(self, waiting: list[Notification]) -> None:
        """Send one admin all that waits, in order."""
        for notice in waiting:
            self.resting[notice.admin] = clock.now().boot + REST
            try:
                await self.send(notice)
            except TelegramWait as wait:
                return self.replies.pace.note(wait)
            except (TelegramAway, StoreUnready) as error:
                return log.warning("alert.late", admin=notice.admin, error=error)
            except (ChatClosed, TelegramRefused) as error:
                self.give_up(notice, f"{type(error).__name__}: {error}")
            del self.resting[notice.admin]

    async def send(self, notice: Notification) -> None:
        """Raises as `ReplySender.send`, ChatClosed for an admin who never met the bot."""
        body = self.wanted_facts(notice)
        if not body:
            return notifications.skip(self.db, notice, now=clock.now())
        if notice.access is None:
            raise ChatClosed("never wrote to the bot")
        await self.replies.send(self.message(notice, body), urgency=Urgency.ADMIN)
        notifications.note_sent(self.db, notice, now=clock.now())
        log.info("alert.told", admin=notice.admin, telling=notice.telling)

    def wanted_facts(self, notice: Notification) -> list[Fact]:
        """What of it this admin can act on, and wants to be told of; of the former always what is
        critical."""
        role = self.role(notice.admin)
        off = alert_choices.muted(self.db, notice.admin, now=clock.now())
        return [
            one
            for one in notice.body
            if role >= alert_audience.least(one["kind"])
            and (is_critical(one) or one["kind"] not in off)
        ]

    def role(self, admin: int) -> Role:
        """The role of an admin now."""
        return Role.OWNER if admin in self.owners else admin_rows.role(self.db, admin)

    def message(self, notice: Notification, body: list[Fact]) -> OutgoingMessage:
        """The text with its buttons. One that is sent again after a kill is the first to Telegram,
        whose buttons are rows too."""
        assert notice.access is not None
        text = alert_text.render(notice.language, body)
        page = alert_pages.under(body, notice.language)
        made = self.menus.mint(page, notice.admin, notice.admin)
        return OutgoingMessage(notice.admin, notice.access, text, notice.random_id, buttons=made)

    def must_wait(self, notice: Notification) -> bool:
        """Whether it comes after this admin's quiet hours: nothing of what they are told is
        critical."""
        minute = i18n.minute_of_day(notice.language, clock.now().wall)
        quiet = alert_choices.is_quiet(self.db, notice.admin, minute)
        return quiet and not any(is_critical(one) for one in self.wanted_facts(notice))

    def give_up(self, notice: Notification, why: str) -> None:
        """Log that an admin is unreachable, once until they are reachable again."""
        if notifications.note_unreachable(self.db, notice, why=why, now=clock.now()):
            log.error("admin.unreachable", admin=notice.admin, why=why, fix=remedies.DEAF)


def is_critical(one: Fact) -> bool:
    """Whether an alert is told at once, also in quiet hours."""
    return one["kind"] in alert_kinds.CRITICAL_ALERTS
