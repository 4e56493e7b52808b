"""How many messages of one person are acted upon in a minute: above that there is one polite line
with the seconds that are left, and then silence until the minute is over."""

import math
from contextlib import nullcontext

from procs.bot.conversation.manners import Manners
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock, log
from procs.store.database import Database
from procs.store.people import repeat_tallies, users
from procs.store.people.repeat_tallies import MESSAGES, MINUTE
from procs.telegram.chat.inbound import Incoming
from procs.telegram.pace import Urgency
from procs.texts import i18n


class MessageRate:
    """Counts the messages of each person in the store, minute by minute."""

    def __init__(self, db: Database, replies: ReplySender, manners: Manners) -> None:
        self.db = db
        self.replies = replies
        self.manners = manners

    async def allows(self, incoming: Incoming, *, is_new: bool) -> bool:
        """Remember who wrote and count a new message, in one transaction: whether it is acted upon.
        The first one too many is answered."""
        most, now = self.manners.messages_per_minute if is_new else 0, clock.now()
        with self.db.write() if most else nullcontext():
            if not incoming.is_nameless:
                users.remember(self.db, incoming.person, now=now)
            if not most:
                return True
            begun, count = repeat_tallies.minute(self.db, incoming.person.id, MESSAGES, now=now)
        if count <= most:
            return True
        if count == most + 1:
            left = max(1, math.ceil(begun + MINUTE - now.wall))
            wait = i18n.span(incoming.language, left)
            log.info("messages.too-many", user=incoming.person.id, most=most)
            await self.replies.reply(
                incoming,
                "too-many",
                urgency=Urgency.COMMAND,
                most=most,
                wait=wait,
                passing=True,
            )
        return False
