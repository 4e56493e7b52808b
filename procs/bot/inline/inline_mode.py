"""Inline mode put together: who answers queries and takes choices."""

from collections.abc import Callable, Sequence

from procs.bot.commands.button_actions import ButtonAction
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.inline.inline_choices import BEGIN, InlineChoices
from procs.bot.inline.inline_queries import InlineQueries
from procs.bot.inline.inline_search import InlineSearch
from procs.core import clock
from procs.store.database import Database
from procs.store.inline import inline_switches
from procs.store.people import bans
from procs.store.requests.allowances import Allowance
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inline_updates import InlineChoice, InlineQuery


class InlineMode:
    """`on_message` is given all that inline mode tells but presses, which the router finds. `call`
    has the boards look soon."""

    def __init__(
        self,
        db: Database,
        chat_session: BotSession,
        replies: ReplySender,
        *,
        call: Callable[[], None],
        allowance: Allowance,
        sites: Sequence[str] = (),
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.choices = InlineChoices(db, chat_session, replies, call=call, allowance=allowance)
        search = InlineSearch(db, chat_session, self.choices, sites)
        self.queries = InlineQueries(db, chat_session, self.choices, search)
        #: The buttons of inline messages.
        self.actions = (ButtonAction(BEGIN, self.choices.press, once=False),)

    async def note_switch(self) -> None:
        """Keep whether inline mode is switched on, as soon as Telegram tells. Raises StoreFull."""
        await self.chat_session.named.wait()
        now = clock.now()
        inline_switches.note(
            self.db, inline_switches.MODE, on=self.chat_session.serves_inline, now=now
        )

    async def on_message(self, told: InlineQuery | InlineChoice) -> None:
        """Answer a query, or begin what was chosen; who is banned reads why not. Raises as
        `Rpc.ask`."""
        ban = bans.find(self.db, told.person.id, now=clock.now())
        if isinstance(told, InlineQuery):
            await (self.queries.refuse(told, ban) if ban else self.queries.on_message(told))
        elif ban:
            await self.choices.refuse_banned(told, ban)
        else:
            await self.choices.on_choice(told)
