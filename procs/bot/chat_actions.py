"""Shows that the bot is at work where its first answer has to wait for the budget of messages.

When hundreds of people write in one second, thirty of them can be answered in the next
(core.telegram.org/bots/faq). A chat action, "typing …", is no message and can be shown to all of
them at once; it lasts six seconds (core.telegram.org/method/messages.setTyping). Nothing of it is
kept: a bot that is killed answers all the same.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from procs.bot.conversation.failure_boundary import logged
from procs.core import clock, log
from procs.errors import ChatClosed, SessionRevoked, TelegramAway, TelegramRefused, TelegramWait
from procs.store.database import Database
from procs.store.requests import status_columns
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.pace import GLOBAL_GAP, Pace

#: Messages of one second that the budget answers in the same second; those behind them wait.
CROWD = round(1 / GLOBAL_GAP)
#: Seconds until a chat without an answer is shown something, between two times (an action lasts
#: six), and after which the bot shows nothing more.
GRACE, SHOW_AGAIN, LONGEST_SHOW = 1.0, 5.0, 60.0
#: Seconds between two looks at those who wait, and how many are shown something at once. Telegram
#: publishes no limit of these calls, so a hundred a second is a guess, obeying its waits.
LOOK_INTERVAL, AT_ONCE = 0.1, 10
#: The call, by whose name Telegram's waits are kept.
SHOW = "messages.SetTyping"


@dataclass(slots=True)
class Unanswered:
    """A private chat whose first answer is still to come. Instants are of the boot clock."""

    request: int
    access: int
    since: float
    due: float


class ChatActions:
    """One task, which runs only while somebody waits."""

    def __init__(self, db: Database, chat_session: BotSession, pace: Pace) -> None:
        self.db = db
        self.chat_session = chat_session
        self.pace = pace
        self.arrivals: deque[float] = deque(maxlen=CROWD)
        self.unanswered: dict[int, Unanswered] = {}
        self.task: asyncio.Task[str] | None = None

    def expect(self, request: int, chat: int, access: int) -> None:
        """A request was accepted. Where so many came at once that its answer has to wait, its chat
        is shown that the bot is at work; in a group a reaction says so."""
        now = clock.now().boot
        self.arrivals.append(now)
        if chat < 0 or not (self.unanswered or self.is_crowded(now)):
            return
        self.unanswered.setdefault(chat, Unanswered(request, access, now, now + GRACE))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(logged(self.run()))

    def is_crowded(self, now: float) -> bool:
        """Whether more came within a second than can be answered in one."""
        return len(self.arrivals) == CROWD and now - self.arrivals[0] < 1.0

    async def run(self) -> None:
        """Show it to those who wait, until nobody does. Ends early where Telegram wants a wait or
        is away: whoever comes then has the answer itself, a little later."""
        try:
            while self.unanswered:
                now = clock.now().boot
                due = [chat for chat, one in self.unanswered.items() if one.due <= now][:AT_ONCE]
                await asyncio.gather(*(self.look(chat) for chat in due))
                await asyncio.sleep(LOOK_INTERVAL)
        except TelegramWait as wait:
            self.pace.note(wait)
            log.info("chat-action.rests", why=type(wait).__name__, chats=len(self.unanswered))
        except (SessionRevoked, TelegramAway) as error:
            log.info("chat-action.rests", why=type(error).__name__, chats=len(self.unanswered))
        finally:
            self.unanswered.clear()

    async def look(self, chat: int) -> None:
        """Show it in one chat, unless the chat has its answer. Raises as `run` expects."""
        one, now = self.unanswered[chat], clock.now().boot
        if now - one.since > LONGEST_SHOW or status_columns.is_answered(self.db, one.request):
            del self.unanswered[chat]
            return
        one.due = now + SHOW_AGAIN
        await self.pace.wait_until_allowed(SHOW, 0.0)
        try:
            await self.chat_session.show_typing(chat, one.access)
        except (ChatClosed, TelegramRefused) as error:
            log.info("chat-action.refused", chat=chat, error=error)
            self.unanswered.pop(chat, None)
