"""Inline mode put together: who answers queries, takes choices, and keeps their messages true."""

from collections.abc import Sequence

from procs.bot.commands.button_actions import ButtonAction
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.inline.inline_board import InlineBoard
from procs.bot.inline.inline_choices import BEGIN, InlineChoices
from procs.bot.inline.inline_queries import InlineQueries
from procs.bot.inline.inline_search import InlineSearch
from procs.bot.status.status_board import StatusBoard
from procs.core import clock
from procs.store.database import Database
from procs.store.inline import inline_switches
from procs.store.people import bans
from procs.store.requests.allowances import Allowance
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery


class InlineMode:
    """`on_message` is given all that inline mode tells but presses, which the router finds."""

    def __init__(
        self,
        db: Database,
        front: BotSession,
        replies: ReplySender,
        status_board: StatusBoard,
        *,
        allowance: Allowance,
        sites: Sequence[str] = (),
    ) -> None:
        self.db = db
        self.front = front
        self.status_board = InlineBoard(db, front, replies)
        status_board.beside.append(self.status_board.look)
        front.asked = self.on_message
        self.choices = InlineChoices(db, front, replies, allowance=allowance)
        self.choices.called = status_board.call
        search = InlineSearch(db, front, self.choices, sites)
        self.queries = InlineQueries(db, front, self.choices, search)
        #: The buttons of inline messages.
        self.actions = (ButtonAction(BEGIN, self.choices.press, once=False),)

    async def note_switch(self) -> None:
        """Keep whether inline mode is switched on, as soon as Telegram tells. Raises StoreFull."""
        await self.front.named.wait()
        now = clock.now()
        inline_switches.note(self.db, inline_switches.MODE, on=self.front.serves_inline, now=now)

    async def on_message(self, told: InlineQuery | InlineChoice) -> None:
        """Answer a query, or begin what was chosen; a banned person's are left alone. Raises
        nothing."""
        if bans.find(self.db, told.person.id, now=clock.now()):
            return
        if isinstance(told, InlineQuery):
            work = self.queries.on_message(told)
        else:
            work = self.choices.chosen(told)
        await logged(work, user=told.person.id)
