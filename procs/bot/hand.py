"""The hand that writes status messages: each deed brings one message nearer to the truth.

A deed may be repeated after any crash: sends carry the request's stored random_id, edits and
removals are the same however often they are done.
"""

from dataclasses import replace

from procs import clock, log
from procs.bot.speech import DELETE, EDIT, Speech, once
from procs.bot.view import View
from procs.errors import TelegramRefused, TelegramWait
from procs.store import requests
from procs.store.database import Database
from procs.store.glances import Glance
from procs.telegram.front import Front
from procs.telegram.pace import Urgency

#: Seconds that a last word waits for the leave to edit; after that it is a new message.
LAST = 3.0


class Hand:
    """Every deed raises TelegramWait, TelegramAway, TelegramRefused, ChatClosed, StoreFull."""

    def __init__(self, db: Database, front: Front, speech: Speech) -> None:
        self.db = db
        self.front = front
        self.speech = speech

    async def first(self, row: Glance, new: View, *, sure: bool) -> None:
        """Make the status message. Unless we are `sure` that nobody made it before (and died
        before keeping its id), what it really says is unknown: it is kept as saying nothing,
        and so rewritten soon."""
        message = await self.speech.send(
            row.chat,
            row.chat_access,
            new.text,
            random_id=row.status_random,
            reply_to=row.message,
            buttons=new.buttons,
            wanted=lambda: not self.is_closed(row),
        )
        self.answered(row, new, message=message, shown=new.text if sure else "")
        if self.is_closed(row):  # cancelled with all others, while this was on its way
            await self.remove(replace(row, status_message=message))

    def is_closed(self, row: Glance) -> bool:
        """Whether the last word about a request was said elsewhere."""
        return requests.is_closed(self.db, row.request)

    async def rewrite(self, row: Glance, new: View) -> None:
        """Make the message say what is true now."""
        if await self.edited(row, new, urgency=Urgency.PROGRESS):
            requests.showed(self.db, row.request, new.text)
        else:
            self.answered(row, new, message=0, shown=new.text)

    def answered(self, row: Glance, new: View, *, message: int, shown: str) -> None:
        requests.answered(
            self.db,
            row.request,
            message=message,
            shown=shown,
            stage=new.stage,
            share=new.share,
            now=clock.now(),
        )

    async def last(self, row: Glance, new: View) -> None:
        """The last word: in the message that is there, or in a new one when it cannot be edited."""
        if not await self.said_last(row, new):
            random_id = once("last", row.request, row.status_random)
            await self.speech.send(
                row.chat, row.chat_access, new.text, random_id=random_id, reply_to=row.message
            )
            await self.remove(row)
        self.close(row)

    async def said_last(self, row: Glance, new: View) -> bool:
        if not row.status_message or self.speech.pace.wait(EDIT) > LAST:
            return False
        try:
            return await self.edited(row, new, urgency=Urgency.ANSWER)
        except TelegramWait as wait:
            self.speech.pace.note(wait)
        except TelegramRefused as error:
            log.warning("status.refused", request=row.request, error=error)
        return False

    async def vanish(self, row: Glance) -> None:
        """The media is there: its status message goes."""
        await self.remove(row)
        self.close(row)

    async def hush(self, row: Glance) -> None:
        """It is over before anything had to be said."""
        self.close(row)

    async def edited(self, row: Glance, new: View, *, urgency: Urgency) -> bool:
        """False when the message is not there any more."""
        await self.speech.pace.leave(EDIT, urgency=urgency, patience=LAST)
        stage, share = new.stage, new.share
        requests.changes(self.db, row.request, stage=stage, share=share, now=clock.now())
        there = row.status_message or 0
        return await self.front.edit(
            row.chat, row.chat_access, there, new.text, buttons=new.buttons
        )

    async def remove(self, row: Glance) -> None:
        if row.status_message:
            await self.speech.pace.allowed(DELETE, LAST)
            await self.front.delete(row.chat, row.chat_access, row.status_message)

    def close(self, row: Glance) -> None:
        requests.close(self.db, row.request, now=clock.now())

    def give_up(self, row: Glance) -> None:
        """Telegram does not take it, and would not take it again."""
        if row.state != "open":
            self.close(row)
        elif row.status_message is None:
            requests.answered(self.db, row.request, message=0, shown="", now=clock.now())

    def leave(self, row: Glance) -> None:
        """The person is gone: nobody waits for this any more."""
        requests.cancel(self.db, row.request, user=row.user, now=clock.now())
        self.close(row)
        log.info("request.left", request=row.request, user=row.user)
