"""Inline mode put together: who answers queries, takes choices, and keeps their messages true."""

from collections.abc import Sequence

from procs.bot.commands.button_actions import ButtonAction
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.reply_sender import Speech
from procs.bot.inline.inline_board import InlineBoard
from procs.bot.inline.inline_choices import BEGIN, InlineChoices
from procs.bot.inline.inline_queries import InlineQueries
from procs.bot.inline.inline_search import InlineSearch
from procs.bot.status.status_board import Board
from procs.core import clock
from procs.store.database import Database
from procs.store.inline import inline_switches
from procs.store.requests.allowances import Allowance
from procs.telegram.chat.bot_session import Front
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery


class InlineMode:
    """`hear` is given all that inline mode tells but presses, which the router finds."""

    def __init__(
        self,
        db: Database,
        front: Front,
        speech: Speech,
        board: Board,
        *,
        allowance: Allowance,
        sites: Sequence[str] = (),
    ) -> None:
        self.db = db
        self.front = front
        self.board = InlineBoard(db, front, speech)
        board.beside.append(self.board.look)
        front.asked = self.hear
        self.choices = InlineChoices(db, front, speech, allowance=allowance)
        self.choices.called = board.call
        search = InlineSearch(db, front, self.choices, sites)
        self.queries = InlineQueries(db, front, self.choices, search)
        #: The buttons of inline messages.
        self.actions = (ButtonAction(BEGIN, self.choices.press, once=False),)

    async def note_switch(self) -> None:
        """Keep whether inline mode is switched on, as soon as Telegram tells. Raises StoreFull."""
        await self.front.named.wait()
        now = clock.now()
        inline_switches.note(self.db, inline_switches.MODE, on=self.front.serves_inline, now=now)

    async def hear(self, told: InlineQuery | InlineChoice) -> None:
        """Answer a query, or begin what was chosen. Raises nothing."""
        if isinstance(told, InlineQuery):
            work = self.queries.hear(told)
        else:
            work = self.choices.chosen(told)
        await logged(work, user=told.person.id)
