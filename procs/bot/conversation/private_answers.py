"""What is a person's own is answered in their private chat, wherever they ask for it: the group
reads only that it was, or how they open that chat."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from procs.bot.conversation.hints import Hints
from procs.bot.conversation.reply_sender import once
from procs.core import log
from procs.errors import ChatClosed, TelegramRefused
from procs.telegram.chat.inbound import Incoming

Handle = Callable[[Incoming], Awaitable[None]]
#: The words in the group: it was answered in private; there is no private chat yet.
ANSWERED, UNOPENED = "answered-in-private", "open-private-chat"


class PrivateAnswers:
    """Answers in private what was asked for in a group."""

    def __init__(self, hints: Hints) -> None:
        self.hints = hints

    def only(self, handle: Handle) -> Handle:
        """A command whose answer nobody else reads."""

        async def answer(incoming: Incoming) -> None:
            if incoming.private:
                await handle(incoming)
            else:
                await self.give(incoming, handle)

        return answer

    async def give(
        self, incoming: Incoming, handle: Handle, *, said: str = ANSWERED, unopened: str = UNOPENED
    ) -> None:
        """Answer what was asked in a group in the person's own chat, and say so in the group.
        Raises as `ReplySender.send`, but for the want of such a chat: then the group reads
        `unopened`, by default how to begin one."""
        try:
            await handle(moved(incoming))
        except (ChatClosed, TelegramRefused) as error:
            log.info("private.unopened", person=incoming.person.id, chat=incoming.chat, error=error)
            said = unopened
        await self.hints.say(incoming, said, bot=f"@{self.hints.replies.chat_session.username}")


def moved(incoming: Incoming) -> Incoming:
    """A message of a group, as if its author had written it in private. No message there has its
    number, so an answer is in reply to none; and the same message has the same one when it is told
    again."""
    person = incoming.person
    number = -once("moved", incoming.chat, incoming.message)
    here = replace(incoming, topic=0, answers=0, spoken="")
    return replace(here, chat=person.id, access=person.access_hash, message=number)
