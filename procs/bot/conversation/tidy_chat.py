"""The chats of people who want them tidy: what we answered to a mistake goes after a while."""

from procs.bot.conversation.failure_boundary import repeat
from procs.bot.conversation.reply_sender import DELETE, ReplySender
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.people import passing_messages
from procs.store.people.passing_messages import PassingMessage

#: Seconds between two looks, and that one deletion waits for Telegram's leave.
TIDY_POLL, TIDY_PATIENCE = 2.0, 5.0


class TidyChat:
    """Deletes the messages whose time is over; after a restart, those of before."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies

    async def run(self) -> None:
        """Until cancelled."""
        await repeat(self.look, TIDY_POLL, db=self.db)

    async def look(self) -> bool:
        """Delete what is due. Whether some is left, while Telegram asks to wait, or is away."""
        for one in passing_messages.due(self.db, now=clock.now()):
            try:
                await self.delete(one)
            except TelegramWait as wait:
                self.replies.pace.note(wait)
                return True
            except TelegramAway:
                return True
        return False

    async def delete(self, one: PassingMessage) -> None:
        """Raises TelegramWait, TelegramAway: it is tried again."""
        await self.replies.pace.wait_until_allowed(DELETE, TIDY_PATIENCE)
        try:
            await self.replies.chat_session.delete(one.chat, one.access, one.message)
        except (ChatClosed, TelegramRefused) as error:
            log.info("message.left", chat=one.chat, message=one.message, error=error)
        passing_messages.forget(self.db, one)
