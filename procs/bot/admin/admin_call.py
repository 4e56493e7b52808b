"""Records of what admins do: the call of an action, its reply, and the rows of the tables."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.records.admin_role import Role
from procs.records.job import Person
from procs.store.admins.audit_log import AuditChange
from procs.store.admins.conversation_states import ConversationKey
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The actions of buttons: one that may be pressed again, and the second press of one that asks
#: twice. The entries of their data: the action's name, the topic, the step that they belong to,
#: and what stood behind the command.
ACT, SURE = "admin", "admin-sure"
DO, TOPIC, TURN, WORDS = "do", "topic", "turn", "words"
#: Seconds for which a conversation waits for the next message.
LASTS = 3600.0


@dataclass(frozen=True, slots=True)
class AdminCall:
    """An act of an admin. `words` stand behind a command, `data` is the button's. `mark` identifies
    the act: a repeated update has the same one. `message` is the button's message, or the admin's
    own, which is `heard` then. `keep` holds what the conversation stored."""

    person: Person
    role: Role
    chat: int
    access: int
    message: int
    topic: int
    mark: str
    data: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    keep: Mapping[str, Any] = field(default_factory=dict)
    heard: int = 0

    @property
    def language(self) -> str:
        """The admin's language, in which the reply is written."""
        return self.person.language

    @property
    def key(self) -> ConversationKey:
        """The key of the conversation in this chat and topic."""
        return ConversationKey(self.person.id, self.chat, self.topic)

    def say(self, key: str, **values: object) -> LocalText:
        """A text of the catalogue in the admin's language."""
        return i18n.say(self.language, key, **values)

    def number(self, name: str) -> int:
        """An integer of the data, 0 for none."""
        value = self.data.get(name)
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class ConversationPlace:
    """The step at which a conversation waits, and what it stores for that step."""

    name: str
    step: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdminReply:
    """What an effect answers: the page that the message becomes (for a command or a step, a new
    message), a toast, as a window with `alert`; the audit rows of what it changed; the step at
    which the conversation waits from now on, `ends` where it is over; and what is done after the
    commit, which may be lost with the process."""

    page: MenuPage | None = None
    toast: str = ""
    alert: bool = False
    changes: tuple[AuditChange, ...] = ()
    place: ConversationPlace | None = None
    ends: bool = False
    show: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class AdminAction:
    """A row of the table; see the room. `question` says what is asked before one that asks
    `twice`, `admin-sure-<name>` without it."""

    name: str
    least: Role
    effect: Callable[[AdminCall], AdminReply]
    twice: bool = False
    commands: tuple[str, ...] = ()
    begins: str = ""
    within: str = ""
    question: Callable[[AdminCall], LocalText] | None = None


@dataclass(frozen=True, slots=True)
class AdminConversation:
    """A conversation: for each step, a function of the message that arrives. `lasts` is in seconds
    from its last step."""

    name: str
    least: Role
    steps: Mapping[str, Callable[[AdminCall, Incoming], AdminReply]]
    lasts: float = LASTS


def act(label: str, name: str, **data: Any) -> MenuButton:
    """A button that runs an action."""
    return MenuButton(label, ACT, {DO: name, **data})


def back(language: str, name: str = "page-main", **data: Any) -> MenuButton:
    """A button that shows a page."""
    return act(i18n.say(language, "admin-back"), name, **data)


def prompt(call: AdminCall, text: LocalText, to: str = "page-main", **data: Any) -> MenuPage:
    """A page that asks for a message, with a way back that leaves the conversation."""
    leave = act(call.say("admin-back"), "talk-leave", to=to, **data)
    return MenuPage(text, ((leave,),))


def panel_page(
    name: str, least: Role, render: Callable[[AdminCall], MenuPage], *commands: str
) -> AdminAction:
    """A page of the panel as a row of the table; its title is the text `admin-page-<name>`."""
    return AdminAction(
        f"page-{name}", least, lambda call: AdminReply(render(call)), commands=commands
    )


def stamped(page: MenuPage, **facts: Any) -> MenuPage:
    """A page whose buttons carry these entries of data besides their own."""
    keyboard = tuple(
        tuple(replace(button, data={**button.data, **facts}) for button in row)
        for row in page.keyboard
    )
    return replace(page, keyboard=keyboard)
