"""Sends followers notices that they did not request: a source rests, or cannot be followed."""

from procs.bot.conversation.failure_boundary import repeat
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.follows import follow_pages
from procs.core import log
from procs.errors import ChatClosed, StoreUnready, TelegramAway, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.follows import follow_notices, follows
from procs.store.follows.follow_notices import FollowNotice
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n

#: Seconds between two looks at what is to be said.
NOTICE_INTERVAL = 2.0


class FollowNotifier:
    """Sends each notice once."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies

    async def run(self) -> None:
        """Look until cancelled."""
        await repeat(self.look, NOTICE_INTERVAL, db=self.db)

    async def look(self) -> bool:
        """Send the due notices. Whether one is left, because it fails for the moment."""
        for notice in follow_notices.unsaid(self.db):
            try:
                await self.send_notice(notice)
            except TelegramWait as wait:
                self.replies.pace.note(wait)
                return True
            except (TelegramAway, StoreUnready) as error:
                log.warning("follow.untold", user=notice.person, error=error)
                return True
        return False

    async def send_notice(self, notice: FollowNotice) -> None:
        """Raises TelegramWait, TelegramAway, StoreUnready."""
        told = follow_pages.name(notice.title, notice.url)
        text = i18n.say(notice.language, notice.text, name=told)
        message = OutgoingMessage(notice.person, notice.access, text, notice.random_id)
        try:
            await self.replies.send(message, urgency=Urgency.ADMIN)
        except ChatClosed as error:
            ended = follows.leave(self.db, notice.person)
            return log.info("follows.left", user=notice.person, count=ended, error=error)
        except TelegramRefused as error:
            log.warning("follow.untold", user=notice.person, error=error)
        follow_notices.mark_sent(self.db, notice)
        log.info("follow.told", user=notice.person, text=notice.text)
