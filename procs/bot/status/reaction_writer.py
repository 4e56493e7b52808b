"""Progress in a group: a reaction on the person's message while something goes on, instead of a
message that changes.

The row says that there may be one before it is put, and is closed only after it was taken away, so
a death in between leaves none behind. To put it, or take it away, twice changes nothing.
"""

from functools import partial

from procs.bot.conversation.reply_sender import ReplySender
from procs.core import log
from procs.errors import ChatClosed, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.requests import status_columns
from procs.store.requests.request_status import RequestStatus
from procs.store.requests.status_columns import REACTED
from procs.telegram.chat.bot_session import BotSession

#: What is seen while it works.
WORKING = "👀"
#: Telegram's word for a message that is not there any more.
MESSAGE_GONE = "MESSAGE_ID_INVALID"
#: Seconds that one reaction waits for its leave.
REACTION_PATIENCE = 3.0


class ReactionWriter:
    """`begin` and `end` raise TelegramWait, TelegramAway, SessionRevoked, StoreFull."""

    def __init__(self, db: Database, chat_session: BotSession, replies: ReplySender) -> None:
        self.db = db
        self.chat_session = chat_session
        self.replies = replies

    async def begin(self, row: RequestStatus) -> bool:
        """Show that a request goes on. False where the chat takes no reaction, or not this one: a
        message has to say it, there and in the row."""
        if row.state != "open" or row.message <= 0:
            return True
        status_columns.reacts(self.db, row.request, REACTED)
        try:
            await self.put(row, WORKING)
        except (TelegramRefused, ChatClosed) as error:
            if getattr(error, "detail", "") == MESSAGE_GONE:
                return True
            log.info("reaction.refused", request=row.request, chat=row.chat, error=error)
            status_columns.reacts(self.db, row.request, 0)
            return False
        return True

    async def end(self, row: RequestStatus) -> None:
        """Take it away, unless another request of the same message still goes on."""
        if not self.may_be_there(row):
            return
        try:
            await self.put(row, "")
        except (TelegramRefused, ChatClosed) as error:
            log.info("reaction.left", request=row.request, chat=row.chat, error=error)

    def may_be_there(self, row: RequestStatus) -> bool:
        """Whether our reaction is at the message, and belongs to this request alone."""
        if row.message <= 0 or status_columns.reaction(self.db, row.request) != REACTED:
            return False
        return not status_columns.shares_reaction(self.db, row.chat, row.message, but=row.request)

    async def put(self, row: RequestStatus, emoji: str) -> None:
        """Set the reaction, empty for none, as soon as the budget allows."""
        leave = partial(self.replies.pace.react, row.chat, REACTION_PATIENCE)
        try:
            await self.chat_session.react(row.chat, row.chat_access, row.message, emoji, leave)
        except TelegramWait as wait:
            self.replies.pace.note(wait)
            raise
