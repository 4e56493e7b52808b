"""Inline messages on their way to a media: their progress, and a clear end where none comes.

As the board of status messages: what a message says stands in its request's row, nothing is
remembered here that a restart would miss, and an edit whose outcome is unknown is repeated, which
changes nothing.
"""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from procs.bot.commands.button_actions import data
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.status import edit_throttle, status_text
from procs.bot.status.status_text import StatusView
from procs.core import clock, log
from procs.core.clock import Now
from procs.core.round_robin import Withdrawn
from procs.errors import StoreUnready, TelegramAway, TelegramRefused, TelegramWait
from procs.records.inline_records import InlineMessage
from procs.records.job import Step
from procs.store.database import Database
from procs.store.inline import inline_messages
from procs.store.requests import request_status, requests, status_columns
from procs.store.requests.request_status import RequestStatus
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.delivery.inline_edit import EDIT_INLINE
from procs.telegram.departure import Departure
from procs.telegram.pace import Urgency
from procs.telegram.server_clock import told
from procs.telegram.session.rpc import ANSWER
from procs.texts import i18n

Edit = Coroutine[Any, Any, None]
#: Seconds that an edit waits for its leave; in which its outcome is known; and of rest after one
#: that failed.
LEAVE_TIMEOUT, OUTCOME, REST = 3.0, ANSWER + 1.0, 2.0


class InlineBoard:
    """Edits inline messages until their media is there or cannot be had."""

    def __init__(self, db: Database, chat_session: BotSession, replies: ReplySender) -> None:
        self.db = db
        self.chat_session = chat_session
        self.replies = replies
        self.busy: dict[int, asyncio.Task[str]] = {}
        #: No edit before this boot instant, by request: the last attempt failed.
        self.resting: dict[int, float] = {}

    def look(self, now: Now) -> bool:
        """Begin what each message needs. Returns whether to look again soon."""
        rows = request_status.inline(self.db, now=now)
        known = {row.request for row in rows}
        self.resting = {n: at for n, at in self.resting.items() if n in known and at > now.boot}
        restless = False
        for row in rows:
            if row.request not in self.busy:
                restless |= self.tend(row, now)
        return restless or bool(self.busy)

    def tend(self, row: RequestStatus, now: Now) -> bool:
        """Begin what one message needs; whether it will need something soon."""
        if row.request in self.resting:
            return True
        if row.state == "delivered":
            requests.close(self.db, row.request, now=now)  # the media says everything
            return False
        inline = inline_messages.read(self.db, -row.message)
        if inline is None:  # its person had all deleted that names them
            self.leave(row)
            return False
        if row.state != "open":
            self.begin(row, self.end(row, inline, now))
            return True
        if row.step is Step.DELIVER:
            return False
        view = status_text.render(row, now)
        if edit_throttle.due(view, edit_throttle.shown(row), told().wall):
            self.begin(row, self.rewrite(row, inline, view))
        return view.text != row.shown

    async def rewrite(self, row: RequestStatus, inline: InlineMessage, view: StatusView) -> None:
        """Progress, unless the media is being put there."""

        async def leave() -> Departure:
            place = await self.replies.pace.leave(
                EDIT_INLINE, urgency=Urgency.PROGRESS, patience=LEAVE_TIMEOUT
            )
            until = clock.now().wall + OUTCOME
            if not inline_messages.edits(self.db, inline.id, until=until):
                raise Withdrawn
            status_columns.changes(
                self.db, row.request, stage=view.stage, share=view.share, now=told()
            )
            return place

        try:
            there = await self.chat_session.edit_inline(
                inline.target, view.text, buttons=view.buttons, leave=leave
            )
        except Withdrawn:
            return
        inline_messages.note_edit_end(self.db, inline.id)
        if there:
            status_columns.note_shown(self.db, row.request, view.text, now=told())
        else:
            self.leave(row)

    async def end(self, row: RequestStatus, inline: InlineMessage, now: Now) -> None:
        """The last text, and a button with which to go on."""
        view = self.last(row, inline, now)
        leave = partial(
            self.replies.pace.leave, EDIT_INLINE, urgency=Urgency.ANSWER, patience=LEAVE_TIMEOUT
        )
        await self.chat_session.edit_inline(
            inline.target, view.text, buttons=view.buttons, leave=leave
        )
        requests.close(self.db, row.request, now=clock.now())

    def last(self, row: RequestStatus, inline: InlineMessage, now: Now) -> StatusView:
        """What the message says at the end: a list is opened in the private chat, what failed can
        be tried again."""
        if row.state == "listed" or row.entries:
            words = status_text.about(row, i18n.say(row.language, "inline-list"))
            button = i18n.say(row.language, "inline-open"), inline.private
            return StatusView(words, row.state, buttons=(button,))
        view = status_text.render(row, now)
        again = i18n.say(row.language, "inline-again"), data(inline.token)
        return StatusView(view.text, view.stage, buttons=(again,))

    def leave(self, row: RequestStatus) -> None:
        """The message is gone: cancel its request."""
        requests.cancel(self.db, row.request, user=row.user, now=clock.now())
        requests.close(self.db, row.request, now=clock.now())
        log.info("inline.left", request=row.request, user=row.user)

    def begin(self, row: RequestStatus, edit: Edit) -> None:
        """Edit one message in a task; a message has one edit at a time."""
        task = asyncio.create_task(logged(self.carry(row, edit), request=row.request))
        self.busy[row.request] = task
        task.add_done_callback(lambda _: self.busy.pop(row.request, None))

    async def carry(self, row: RequestStatus, edit: Edit) -> None:
        """Make one edit, and handle its failure."""
        self.resting[row.request] = clock.now().boot + REST
        try:
            await edit
        except TelegramWait as wait:
            self.replies.pace.note(wait)
        except TelegramRefused as error:
            log.warning("inline.refused", request=row.request, error=error)
            if row.state != "open":
                requests.close(self.db, row.request, now=clock.now())
        except (TelegramAway, StoreUnready) as error:
            log.warning("inline.late", request=row.request, error=error)
        else:
            self.resting.pop(row.request, None)

    async def settle(self, patience: float) -> None:
        """Let what is being written finish."""
        if self.busy:
            await asyncio.wait(self.busy.values(), timeout=patience)
