"""What people are told who asked for nothing: a greeting, help, what was wrong with a message."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from procs.bot.conversation.inbound_queue import ANSWERS, HINT, InboundQueue
from procs.bot.conversation.manners import Manners
from procs.bot.conversation.reply_sender import ReplySender
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import Buttons, Keys
from procs.telegram.pace import Urgency
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes.grammar.link import BadLink

#: Characters above which a text without a link was not meant as one.
LONG = 1000
#: Answers that people keep; the others are about a mistake.
WELCOME = frozenset({"start", "start-nameless", "start-own", "help", "help-own"})


class Hints:
    """`keys` are those below a chat with people who started it, `more_keys` the rows that somebody
    has besides."""

    def __init__(
        self,
        replies: ReplySender,
        inbox: InboundQueue,
        manners: Manners | None = None,
        *,
        keys: Keys = (),
    ) -> None:
        self.manners = manners or Manners()
        self.all_keys = keys
        self.more_keys: Callable[[int], Keys] = no_keys
        self.replies = replies
        self.inbox = inbox

    async def hint(self, incoming: Incoming, key: str, *, about: str = "", **words: Any) -> None:
        """Answer what asks for nothing: a few times in a minute, then we are silent, and say so."""
        said = self.inbox.count_answer(incoming, f"{HINT}{key}")
        if said:
            key, about = "hush" if said == ANSWERS else key, about or key
            passing = key not in WELCOME
            await self.replies.reply(incoming, key, about=about, passing=passing, **words)

    async def say(self, incoming: Incoming, key: str, *, language: str = "", **words: Any) -> None:
        """Answer a command that needs no more than a sentence, a few times in a minute."""
        if self.inbox.count_answer(incoming, key):
            spoken = replace(
                incoming, person=replace(incoming.person, language=language or incoming.language)
            )
            await self.replies.reply(spoken, key, urgency=Urgency.COMMAND, **words)

    @property
    def keys(self) -> Keys:
        """The keys below the chat, while the operator wants some."""
        return self.all_keys if self.manners.reply_keyboard else ()

    def keys_of(self, person: int) -> Keys:
        """The keys below the chat with somebody; none where there are none at all."""
        return [*self.keys, *self.more_keys(person)] if self.keys else ()

    def greeting(self, name: str, language: str) -> LocalText:
        """The operator's own greeting; "" where ours is said."""
        return LocalText(self.manners.own("start", language).replace("{name}", name))

    async def start(self, incoming: Incoming, *, buttons: Buttons = ()) -> None:
        """Greet a person by name, in the operator's words where there are some."""
        keys = self.keys_of(incoming.person.id)
        facts: dict[str, Any] = {"keys": keys, "buttons": buttons}
        name = incoming.person.name
        if own := self.greeting(name, incoming.language):
            await self.hint(incoming, "start-own", words=own, **facts)
        elif name:
            await self.hint(incoming, "start", name=name, **facts)
        else:
            await self.hint(incoming, "start-nameless", **facts)

    async def help(self, incoming: Incoming) -> None:
        """Say what the bot can, in the operator's words where there are some."""
        more = (
            i18n.say(incoming.language, "help-follow")
            if not self.manners.follows.is_off
            else LocalText("")
        )
        if own := self.manners.own("help", incoming.language):
            await self.hint(incoming, "help-own", words=LocalText(own))
        else:
            await self.hint(incoming, "help", more=more)

    async def unknown(self, incoming: Incoming) -> None:
        """Say that there is no such command."""
        await self.hint(incoming, "unknown-command")

    async def complain(self, incoming: Incoming, problem: BadLink) -> None:
        """Say what is wrong with a message without a link, or with a link that is none."""
        key = f"bad-{problem.kind}"
        if problem.kind == "none" and not incoming.text:
            key = "bad-nothing-written"
        elif problem.kind == "none" and len(incoming.text) > LONG:
            key = "bad-too-much"
        shown = untrusted_text.text(problem.text, LONG)
        await self.hint(incoming, key, about=f"{key}:{problem.text}", text=shown)


def no_keys(person: int) -> Keys:
    """Nobody has more keys than others."""
    return ()
