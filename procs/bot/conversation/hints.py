"""What people are told who asked for nothing: a greeting, help, what was wrong with a message."""

from typing import Any

from procs.bot.conversation.inbound_queue import ANSWERS, HINT, InboundQueue
from procs.bot.conversation.reply_sender import ReplySender
from procs.telegram.chat.inbound import Incoming
from procs.texts import untrusted_text
from procs.wishes.grammar.link import BadLink

#: Characters above which a text without a link was not meant as one.
LONG = 1000


class Hints:
    def __init__(self, speech: ReplySender, inbox: InboundQueue) -> None:
        self.speech = speech
        self.inbox = inbox

    async def hint(self, heard: Incoming, key: str, *, about: str = "", **words: Any) -> None:
        """Answer what asks for nothing: a few times in a minute, then we are silent, and say so."""
        said = self.inbox.told(heard, f"{HINT}{key}")
        if said:
            key, about = "hush" if said == ANSWERS else key, about or key
            await self.speech.reply(heard, key, about=about, **words)

    async def start(self, heard: Incoming) -> None:
        if heard.person.name:
            await self.hint(heard, "start", name=heard.person.name)
        else:
            await self.hint(heard, "start-nameless")

    async def help(self, heard: Incoming) -> None:
        await self.hint(heard, "help")

    async def unknown(self, heard: Incoming) -> None:
        await self.hint(heard, "unknown-command")

    async def complain(self, heard: Incoming, problem: BadLink) -> None:
        key = f"bad-{problem.kind}"
        if problem.kind == "none" and not heard.text:
            key = "bad-nothing-written"
        elif problem.kind == "none" and len(heard.text) > LONG:
            key = "bad-too-much"
        shown = untrusted_text.text(problem.text, LONG)
        await self.hint(heard, key, about=f"{key}:{problem.text}", text=shown)
