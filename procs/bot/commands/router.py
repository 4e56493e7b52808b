"""What people can ask of the bot besides links: one table of commands, and one of buttons. Buttons
whose data is a token (`b:…`) have a table of their own, `button_actions.py`.

Whatever a client sends may be forged: data that no button of ours has, or has any more, and what
the person has no role for, is answered and does nothing else.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from procs.bot.commands.button_actions import PREFIX, ButtonActions
from procs.bot.commands.cancel import CancelCommand
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.status.status_text import CANCEL, CANCEL_ALL, CANCEL_GROUP
from procs.records.admin_role import Role
from procs.records.job import Person
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n
from procs.texts.i18n import LocalText

COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s|$)", re.IGNORECASE)
#: What the keys of the reply keyboard write, and the commands that they stand for.
KEYS = {"👤": "/usage", "📘": "/help", "⚙️": "/settings"}
#: The key of admins, in a row of its own.
ADMIN_KEYS = {"🛠": "/panel"}
#: Data of a button: an action, and the number of what it is about where the action has one. The
#: number fits a column of the store.
DATA = re.compile(r"([a-z]+(?:[-:][a-z]+)*)(?::([1-9][0-9]{0,17}))?")


@dataclass(frozen=True, slots=True)
class ChatCommand:
    """`/name`. An `urgent` one passes the messages that wait."""

    name: str
    handle: Callable[[Incoming], Awaitable[None]]
    role: Role = Role.EVERYONE
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """A button. `handle` is given the press and its number, 0 where it is not `numbered`, and
    returns the words of the answer."""

    action: str
    handle: Callable[[Press, int], Awaitable[LocalText]]
    role: Role = Role.EVERYONE
    numbered: bool = True


class Router:
    """Finds the handler of a command or a press."""

    def __init__(
        self,
        replies: ReplySender,
        hints: Hints,
        cancelling: CancelCommand,
        actions: ButtonActions,
    ) -> None:
        self.replies, self.hints = replies, hints
        #: The buttons whose data is a token.
        self.actions = actions
        #: What somebody may do, by their number.
        self.role_of: Callable[[int], Role] = everyone
        self.unknown = ChatCommand("", hints.unknown)
        commands = (
            ChatCommand("help", hints.help),
            ChatCommand("cancel", cancelling.ask, urgent=True),
        )
        callbacks = (
            Callback(CANCEL, cancelling.press_one),
            Callback(CANCEL_GROUP, cancelling.press_group),
            Callback(CANCEL_ALL, cancelling.press_all, numbered=False),
        )
        self.commands: dict[str, ChatCommand] = {}
        self.add(*commands)
        self.callbacks = {row.action: row for row in callbacks}

    def add(self, *commands: ChatCommand) -> None:
        """More rows of the table of commands."""
        self.commands |= {row.name: row for row in commands}

    def command(self, text: str, person: Person) -> ChatCommand | None:
        """The row of the command that a text begins with, `unknown` where there is none that this
        person may give; None for a text that is no command."""
        named = COMMAND.match((KEYS | ADMIN_KEYS).get(text.strip(), text))
        if named is None:
            return None
        row = self.commands.get(named[1].lower())
        return row if row and self.is_allowed(row.role, person) else self.unknown

    def has(self, text: str) -> bool:
        """Whether a text begins with a command of ours."""
        named = COMMAND.match(text)
        return named is not None and named[1].lower() in self.commands

    async def press(self, press: Press) -> None:
        """Do what a button says, and answer the press, once. Raises as `ReplySender.answer`."""
        if press.data.startswith(PREFIX):
            return await self.actions.press(press)
        await self.replies.answer(press.id, await self.handle(press))

    async def handle(self, press: Press) -> LocalText:
        """Do what a press asks for. The answer, that of an unknown button for a row that is not for
        this person."""
        row, number = self.callback(press.data)
        if row is None or not self.is_allowed(row.role, press.person):
            return i18n.say(press.language, "unknown-button")
        return await row.handle(press, number)

    def callback(self, data: str) -> tuple[Callback | None, int]:
        """The row of a button's data, and its number."""
        parsed = DATA.fullmatch(data)
        row = self.callbacks.get(parsed[1]) if parsed else None
        if not parsed or not row or row.numbered != (parsed[2] is not None):
            return None, 0
        return row, int(parsed[2] or 0)

    def is_allowed(self, role: Role, person: Person) -> bool:
        """Whether a person has the role, or everybody may."""
        return role is Role.EVERYONE or self.role_of(person.id) >= role


def everyone(person: int) -> Role:
    """The role of all where nobody has another."""
    return Role.EVERYONE
