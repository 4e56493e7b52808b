"""Reports the outcome of orders to their admins, each once, however often the bot is restarted."""

from procs.bot.conversation.failure_boundary import repeat
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused, TelegramWait
from procs.store.admins import admin_orders
from procs.store.admins.admin_orders import AdminOrder
from procs.store.database import Database
from procs.store.people import users
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n

#: Seconds between two looks.
REPORT_POLL = 1.0


class OrderReports:
    """Tells admins how their orders ended."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies

    async def run(self) -> None:
        """Report outcomes until cancelled."""
        await repeat(self.look, REPORT_POLL, db=self.db)

    async def look(self) -> bool:
        """Report what ended and was not told. Whether one is left, because it fails for the
        moment."""
        for order in admin_orders.untold(self.db):
            try:
                await self.send_report(order)
            except (TelegramAway, TelegramWait) as error:
                log.warning("order.untold", order=order.id, error=error)
                return True
            except (ChatClosed, TelegramRefused) as error:
                log.warning("order.unheard", order=order.id, admin=order.admin, error=error)
            admin_orders.note_told(self.db, order.id, now=clock.now())
        return False

    async def send_report(self, order: AdminOrder) -> None:
        """Send one report. Raises as `ReplySender.send`."""
        key, words = order.told
        language = users.language(self.db, order.admin)
        text = i18n.say(language, key, **words)
        if order.machine:
            text = i18n.say(language, "order-on", machine=order.machine, text=text)
        message = OutgoingMessage(order.chat, order.access, text, once("order", order.id))
        await self.replies.send(message, urgency=Urgency.ADMIN)
