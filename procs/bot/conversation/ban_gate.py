"""Keeps out whom an admin banned, and tells them until when and why."""

from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock
from procs.store.database import Database
from procs.store.people import bans
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Commands that everybody may give: about their own data, and to whom they may complain.
OPEN = frozenset({"mydata", "support", "cancel"})


class BanGate:
    """Judges messages and presses before anything else does."""

    def __init__(self, db: Database, replies: ReplySender, inbox: InboundQueue) -> None:
        self.db = db
        self.replies = replies
        self.inbox = inbox

    async def stops(self, incoming: Incoming, command: str) -> bool:
        """Whether a message is not acted upon, because its person is banned; in private they are
        told, a few times in a minute."""
        text = self.words(incoming.person.id, incoming.language)
        if not text or command in OPEN:
            return False
        if incoming.private and self.inbox.count_answer(incoming, "banned"):
            await self.replies.reply(incoming, "banned", about="banned", words=text)
        return True

    async def stops_press(self, press: Press) -> bool:
        """The same for a button."""
        text = self.words(press.person.id, press.language)
        if text:
            said = i18n.say(press.language, "banned", words=text)
            await self.replies.answer(press.id, said, alert=True)
        return bool(text)

    def words(self, person: int, language: str) -> LocalText:
        """Until when and why somebody is banned; "" for who is not."""
        ban = bans.find(self.db, person, now=clock.now())
        return ban_words(ban.until, ban.reason, language) if ban else LocalText("")


def ban_words(until: float | None, reason: str, language: str) -> LocalText:
    """A ban as the person reads it."""
    words = (
        i18n.say(language, "ban-forever")
        if until is None
        else i18n.say(language, "ban-until", until=i18n.moment(language, until))
    )
    told = i18n.say(language, "ban-reason", reason=reason) if reason else ""
    return LocalText("\n".join(filter(None, (words, told))))
