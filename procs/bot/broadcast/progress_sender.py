"""Shows each admin how their broadcast goes: one message that changes, and a report at its end.

What a message says stands in the row before the next edit; a killed bot goes on from there, and a
repeated send is the same message for Telegram.
"""

from functools import partial

from procs.bot.broadcast import broadcast_text
from procs.bot.conversation.failure_boundary import repeat
from procs.bot.conversation.reply_sender import EDIT, ReplySender, once
from procs.core import clock, log
from procs.errors import ChatClosed, StoreUnready, TelegramAway, TelegramRefused, TelegramWait
from procs.records.broadcast_records import Broadcast
from procs.store.broadcasts import broadcasts, recipients
from procs.store.database import Database
from procs.store.people import users
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency

#: Seconds between two looks, and between two edits of one message.
ROWS_LOOK, EDIT_GAP = 1.0, 6.0
#: Seconds that an edit waits for its turn.
EDIT_PATIENCE = 5.0


class ProgressSender:
    """Edits each progress message at a bounded rate, and sends the report once."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies
        #: When (boot) each message was edited last: at the latest when this process began, because
        #: the one before it may have been killed right after an edit.
        self.edited: dict[int, float] = {}
        self.began = clock.now().boot

    async def run(self) -> None:
        """Look until cancelled."""
        await repeat(self.look, ROWS_LOOK, db=self.db)

    async def look(self) -> bool:
        """Send the due progress and final reports of broadcasts. Whether one is left."""
        found = broadcasts.untold(self.db)
        for number in broadcasts.orphans(self.db, found, now=clock.now()):
            log.error("broadcast.orphaned", broadcast=number)
        shown = [await self.send_progress(one) for one in broadcasts.untold(self.db)]
        return not all(shown)

    async def send_progress(self, one: Broadcast) -> bool:
        """Show one's progress, and report its end. Who cannot be told is asked no more. False where
        it is done later."""
        try:
            if not await self.show(one):
                return False
            if one.state.over:
                await self.report(one)
                broadcasts.note_reported(self.db, one.id, one.state)
        except TelegramWait as wait:
            self.replies.pace.note(wait)
            return False
        except (TelegramAway, StoreUnready) as error:
            log.warning("broadcast.untold", broadcast=one.id, error=error)
            return False
        except (ChatClosed, TelegramRefused) as error:
            log.warning("broadcast.untold", broadcast=one.id, error=error)
            broadcasts.note_reported(self.db, one.id, one.state)
        return True

    async def show(self, one: Broadcast) -> bool:
        """Have its message say how it goes: whether it does. Raises as `ReplySender.send`."""
        text = broadcast_text.progress(one, users.language(self.db, one.admin), clock.now().wall)
        known = broadcasts.status(self.db, one.id)
        if known.message is None:
            random_id = once("broadcast", one.id)
            sent = await self.replies.send(
                OutgoingMessage(one.admin, one.access, text, random_id), urgency=Urgency.ADMIN
            )
            broadcasts.show(self.db, one.id, sent, text)
            self.edited[one.id] = clock.now().boot
            return True
        now = clock.now().boot
        if text == known.shown:
            return True
        if now - self.edited.get(one.id, self.began) < EDIT_GAP:
            return False
        self.edited[one.id] = now
        try:
            await self.edit(one, known.message, text)
        finally:  # it may have waited for seconds, and been done although its answer was lost
            self.edited[one.id] = clock.now().boot
        broadcasts.show(self.db, one.id, None, text)
        return True

    async def edit(self, one: Broadcast, message: int, text: str) -> None:
        """Raises as `MessageSender.edit`. A message that the admin deleted is not written again."""
        leave = partial(
            self.replies.pace.leave, EDIT, urgency=Urgency.PROGRESS, patience=EDIT_PATIENCE
        )
        await self.replies.chat_session.edit(one.admin, one.access, message, text, leave=leave)

    async def report(self, one: Broadcast) -> None:
        """The last word, as a message of its own: the admin hears it."""
        language = users.language(self.db, one.admin)
        reasons = recipients.reasons(self.db, one.id, broadcast_text.REASONS)
        unknown = len(recipients.unsettled(self.db, one.id))
        text = broadcast_text.report(one, reasons, unknown, language=language, now=clock.now().wall)
        random_id = once("broadcast-report", one.id, one.state.value)
        message = OutgoingMessage(one.admin, one.access, text, random_id)
        await self.replies.send(message, urgency=Urgency.ADMIN)
