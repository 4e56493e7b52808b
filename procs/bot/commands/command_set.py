"""What people can ask of the bot by commands and by the buttons of their pages, put together."""

from collections.abc import Awaitable, Callable

from procs.bot.commands.button_actions import ButtonActions
from procs.bot.commands.data_actions import DataActions
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.past_actions import Begin, PastActions
from procs.bot.commands.router import ChatCommand
from procs.bot.commands.settings_actions import InGroup, SettingsActions
from procs.bot.commands.welcome import Welcome
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.manners import Manners
from procs.bot.conversation.private_answers import PrivateAnswers
from procs.store.database import Database
from procs.store.requests.allowances import Allowance
from procs.telegram.chat.inbound import Incoming


class CommandSet:
    """`in_group` is what /settings does in a group."""

    def __init__(
        self,
        db: Database,
        menus: MenuSender,
        hints: Hints,
        begin: Begin,
        allowance: Allowance,
        *,
        in_group: InGroup,
        manners: Manners,
        relay: Callable[[Incoming], Awaitable[bool]],
    ) -> None:
        self.private = PrivateAnswers(hints)
        self.hints = hints
        self.manners = manners
        self.relay = relay
        self.settings = SettingsActions(db, hints, menus, in_group)
        self.welcome = Welcome(db, hints, menus, self.settings)
        self.past = PastActions(db, hints, menus, begin, allowance)
        self.data = DataActions(db, menus)

    def commands(self) -> tuple[ChatCommand, ...]:
        """The table of commands; what is a person's own is answered in private."""
        own = self.private.only
        return (
            ChatCommand("start", self.welcome.start),
            ChatCommand("settings", self.settings.ask),
            ChatCommand("lang", own(self.settings.ask_language)),
            ChatCommand("tags", own(self.settings.ask_tags)),
            ChatCommand("history", own(self.past.history)),
            ChatCommand("queue", own(self.past.queue)),
            ChatCommand("usage", own(self.past.usage)),
            ChatCommand("mydata", own(self.data.ask)),
            ChatCommand("ping", self.ping),
            ChatCommand("support", self.support),
        )

    def add_to(self, actions: ButtonActions) -> None:
        """Put the rows of all pages into the table of actions."""
        actions.add(*self.welcome.rows(), *self.settings.rows())
        actions.add(*self.past.rows(), *self.data.rows())

    async def ping(self, incoming: Incoming) -> None:
        """Answer that the bot is there."""
        await self.hints.say(incoming, "ping")

    async def support(self, incoming: Incoming) -> None:
        """Open a thread with the support chat, or name the operator's contact, or say that there is
        none."""
        if await self.relay(incoming):
            return
        contact = self.manners.support
        if contact:
            await self.hints.say(incoming, "support", contact=contact)
        else:
            await self.hints.say(incoming, "support-none")
