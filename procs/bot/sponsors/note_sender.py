"""Says what sponsors say after a delivery."""

from procs.bot.conversation.failure_boundary import logged, repeat
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.core import log
from procs.errors import ChatClosed, TelegramRefused
from procs.store.database import Database
from procs.store.sponsors import sponsor_notes
from procs.store.sponsors.sponsor_notes import DueNote
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency

#: Seconds between two looks.
NOTE_LOOK = 2.0


class NoteSender:
    """Sends each due note once, and deletes its row."""

    def __init__(self, db: Database, replies: ReplySender) -> None:
        self.db = db
        self.replies = replies

    async def run(self) -> None:
        """Send the due notes until cancelled."""
        await repeat(self.look, NOTE_LOOK, db=self.db)

    async def look(self) -> bool:
        """Send what is due; one that fails does not keep the others. Whether there was any, which
        may be left."""
        found = sponsor_notes.due(self.db)
        for note in found:
            await logged(self.say(note), request=note.request)
        return bool(found)

    async def say(self, note: DueNote) -> None:
        """Say it once, and forget that it was due. Raises TelegramAway and TelegramWait: it is due
        still."""
        if note.chat and note.text:
            buttons = [(note.label, note.url)] if note.url else ()
            random_id = once("sponsor-note", note.request)
            message = OutgoingMessage(
                note.chat, note.access, note.text, random_id, 0, buttons, silent=True
            )
            try:
                await self.replies.send(message, urgency=Urgency.PROGRESS)
            except (ChatClosed, TelegramRefused) as error:
                log.info("note.refused", request=note.request, error=error)
        sponsor_notes.end(self.db, note.request)
