"""Shows that the bot is at work where its first answer has to wait.

When hundreds of people write in one second, thirty of them can be answered in the next
(core.telegram.org/bots/faq), and on a busy machine it takes seconds until all their messages are
handled. A chat action, "typing …", is no message and can be shown to all of them; it lasts six
seconds (core.telegram.org/method/messages.setTyping). It is shown from a message's arrival on,
handled or not. Nothing of it is kept: a bot that is killed answers all the same.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import nsmallest

from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.core import clock, log
from procs.errors import (
    ChatClosed,
    SessionRevoked,
    StoreError,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)
from procs.store.database import Database
from procs.store.requests import status_columns
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming
from procs.telegram.pace import Pace

#: Seconds until a chat without an answer is shown something, between two times (an action lasts
#: six), and after which the bot shows nothing more.
GRACE, SHOW_AGAIN, LONGEST_SHOW = 0.5, 5.0, 60.0
#: Seconds between two looks at those who wait, and how many a second are shown something: five
#: hundred within three seconds. Telegram publishes no limit of these calls, so it is a guess, and
#: a wait that Telegram asks for ends them.
LOOK_INTERVAL, A_SECOND = 0.05, 200
#: The most of one look, after the process stood still.
AT_ONCE = 40
#: The call, by whose name Telegram's waits are kept.
SHOW = "messages.SetTyping"


@dataclass(slots=True)
class Unanswered:
    """A private chat whose first answer is still to come. `request` is 0 until its message is
    handled. Instants are of the boot clock."""

    access: int
    since: float
    due: float
    request: int = 0


class ChatActions:
    """One task, which runs only while somebody waits."""

    def __init__(
        self, db: Database, chat_session: BotSession, pace: Pace, inbox: InboundQueue
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.pace = pace
        self.inbox = inbox
        self.unanswered: dict[int, Unanswered] = {}
        self.task: asyncio.Task[str] | None = None

    @contextmanager
    def expected(self, incoming: Incoming) -> Iterator[None]:
        """While a message is handled: where so many came at once that this, or its answer, has to
        wait, its chat is shown that the bot is at work; in a group a reaction says so."""
        now = clock.now().boot
        if incoming.private and (self.unanswered or self.inbox.is_crowded(now)):
            chat = Unanswered(incoming.access, now, now + GRACE)
            self.unanswered.setdefault(incoming.chat, chat)
            if self.task is None or self.task.done():
                self.task = asyncio.create_task(logged(self.run()))
        try:
            yield
        finally:
            one = self.unanswered.get(incoming.chat)
            if one is not None and not one.request:  # whatever it was, it is answered
                del self.unanswered[incoming.chat]

    def follow(self, request: int, chat: int) -> None:
        """A request was accepted: whoever waits in its chat waits for its first answer."""
        if chat in self.unanswered:
            self.unanswered[chat].request = request

    async def run(self) -> None:
        """Show it to those who wait longest, until nobody does. The answers to these calls are not
        waited for: on a busy machine they are late."""
        looked = clock.now().boot
        async with asyncio.TaskGroup() as calls:
            while self.unanswered:
                now = clock.now().boot
                count = min(AT_ONCE, max(1, round(A_SECOND * (now - looked))))
                looked = now
                for chat in self.due(count, now):
                    self.unanswered[chat].due = now + SHOW_AGAIN
                    calls.create_task(self.look(chat, now))
                await asyncio.sleep(LOOK_INTERVAL)

    def due(self, count: int, now: float) -> list[int]:
        """The chats to be shown something now, at most `count`."""
        due = [(one.due, chat) for chat, one in self.unanswered.items() if one.due <= now]
        return [chat for _, chat in nsmallest(count, due)]

    async def look(self, chat: int, now: float) -> None:
        """Show it in one chat, unless the chat has its answer. Ends all of it where Telegram wants
        a wait or is away: whoever comes then has the answer itself, a little later."""
        try:
            one = self.unanswered[chat]
            if now - one.since > LONGEST_SHOW or self.is_answered(one):
                del self.unanswered[chat]
                return
            await self.pace.wait_until_allowed(SHOW, 0.0)
            await self.chat_session.show_typing(chat, one.access)
        except KeyError:  # answered, or all was ended, before this began
            return
        except (ChatClosed, TelegramRefused) as error:
            log.info("chat-action.refused", chat=chat, error=error)
            self.unanswered.pop(chat, None)
        except TelegramWait as wait:
            self.pace.note(wait)
            self.end(wait)
        except (SessionRevoked, StoreError, TelegramAway) as error:
            self.end(error)

    def is_answered(self, one: Unanswered) -> bool:
        """Whether the first answer is in the chat. Raises StoreError."""
        return bool(one.request) and status_columns.is_answered(self.db, one.request)

    def end(self, why: Exception) -> None:
        """Show nothing more to those who wait now."""
        if self.unanswered:
            log.info("chat-action.rests", why=type(why).__name__, chats=len(self.unanswered))
        self.unanswered.clear()
