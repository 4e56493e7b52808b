"""When a call may go out: Telegram's waits, and our own budget below its limits.

Both stand in the store, so every process obeys them, and after a restart too. Telegram publishes
about 30 messages a second for a bot, one a second in a chat with short bursts, 20 a minute in a
group (core.telegram.org/bots/faq), and says that the exact numbers vary.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from enum import IntEnum
from weakref import WeakValueDictionary

from procs import clock, log
from procs.errors import Crowded, TelegramWait
from procs.store import budget, pace
from procs.store.budget import Count, Rule
from procs.store.database import Database
from procs.turns import RoundRobin, Withdrawn


class Urgency(IntEnum):
    """Who leaves first. What somebody waits for in front of the screen passes all that waits in
    its chat; deliveries queue up; the others wait until there is no queue, and the less urgent they
    are, the more of the burst they leave to the others."""

    COMMAND = 0
    DELIVERY = 1
    ANSWER = 2
    ADMIN = 3
    PROGRESS = 4
    BROADCAST = 5


#: Seconds between two messages, and how far a burst may run ahead: at most 30 in any second.
GLOBAL_GAP, BURST = 1 / 25, 4 / 25
#: In a chat: one a second, four at once. What does not keep its place in line leaves some of that
#: to what does: the answer to a command finds it free.
CHAT, CHAT_BURST, LEFT = 1.0, 3.0, 1.0
#: In a group besides: messages in any minute, those of an album each for itself; some of them are
#: kept for commands.
GROUP, MINUTE, COMMAND_RESERVE = 20, 60.0, 2
#: Progress edits, of the whole bot: one a second.
EDITS = Rule("edits", 1.0, 0.0)
#: Share of the burst that each urgency may use.
SHARE = (1.0, 1.0, 1.0, 0.75, 0.5, 0.0)
#: Those that keep their place in line, in all messages and in a chat.
IN_LINE = (Urgency.COMMAND, Urgency.DELIVERY)
#: Seconds between two looks whether the queue of deliveries is gone.
PRIORITY_POLL = 0.02

EVERYBODY = "bot"


def always() -> bool:
    return True


class Pace:
    """Asks the store before each call, and notes what Telegram says."""

    def __init__(self, db: Database) -> None:
        self.db = db
        #: Who of this process asks for a chat's budget, and for that of all, at the moment.
        self.chats: WeakValueDictionary[int, RoundRobin] = WeakValueDictionary()
        self.all = RoundRobin()

    async def leave(
        self,
        method: str,
        *,
        chat: int = 0,
        urgency: Urgency,
        patience: float,
        messages: int = 1,
        wanted: Callable[[], bool] = always,
    ) -> None:
        """Wait until a call that makes `messages` messages in `chat` may go out (0 in both: it
        makes none). Raises TelegramWait when that is more than `patience` seconds away, Withdrawn
        when it is not `wanted` any more once its turn comes; nothing is spent then."""
        end = clock.now().boot + patience
        await self.allowed(method, patience)
        if chat:
            await self.allowed(scope(chat), end - clock.now().boot)
        if urgency in IN_LINE:
            await self._leave(chat, urgency, messages, end)
            return
        # One of a chat asks at a time: whoever keeps a hundred answers waiting there holds a single
        # place among all chats, and a command of theirs passes the hundred.
        async with in_time(self._of(chat), chat, end):
            if not wanted():
                raise Withdrawn
            await self._leave(chat, urgency, messages, end)

    async def _leave(self, chat: int, urgency: Urgency, messages: int, end: float) -> None:
        if chat:
            await self._spend(chat_rules(chat, urgency), messages, end, wait_in_line=True)
        if not messages:
            return
        if urgency is not Urgency.ANSWER:
            in_line = urgency in IN_LINE
            return await self._spend(bot_rules(urgency), messages, end, wait_in_line=in_line)
        async with in_time(self.all, chat, end):
            await self._spend(bot_rules(urgency), messages, end, wait_in_line=False)

    def _of(self, chat: int) -> RoundRobin:
        """The turns of one chat; of those that belong to none, each has its own."""
        if not chat:
            return RoundRobin()
        turns = self.chats.get(chat)
        if turns is None:
            self.chats[chat] = turns = RoundRobin()
        return turns

    async def allowed(self, what: str, patience: float) -> None:
        """Wait as long as Telegram said. Raises TelegramWait when that is too long."""
        wait = self.wait(what)
        if wait > max(patience, 0.0):
            raise TelegramWait(wait, what)
        if wait > 0:
            await asyncio.sleep(wait)

    def wait(self, what: str) -> float:
        """Seconds until a method, or a chat, may be called."""
        return max(0.0, pace.wait_until(self.db, what) - clock.now().wall)

    def note(self, wait: TelegramWait) -> None:
        """Keep a wait for every process and for after a restart."""
        if isinstance(wait, Crowded):
            return
        pace.note_wait(self.db, wait.scope, clock.now().wall + wait.seconds)
        log.info("telegram.waits", scope=wait.scope, seconds=wait.seconds)

    async def _spend(
        self, rules: list[Rule | Count], messages: int, end: float, *, wait_in_line: bool
    ) -> None:
        """Spend, in line or when nobody is in line any more. Raises Crowded."""
        while True:
            now = clock.now()
            left = max(0.0, end - now.boot)
            wait = budget.take(
                self.db,
                rules,
                messages=messages,
                patience=left if wait_in_line else 0.0,
                now=now,
            )
            if wait > left:
                raise Crowded(wait, rules[0].scope)
            if wait_in_line or wait == 0:
                return await asyncio.sleep(wait)
            await asyncio.sleep(max(wait, PRIORITY_POLL))


@asynccontextmanager
async def in_time(turns: RoundRobin, chat: int, end: float) -> AsyncIterator[None]:
    """Hold the turn of a chat, waited for until a boot instant. Raises Crowded after that."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(max(0.0, end - clock.now().boot)):
                await stack.enter_async_context(turns.turn(chat))
        except TimeoutError as error:
            raise Crowded(CHAT, scope(chat)) from error
        yield


def scope(chat: int) -> str:
    """What the waits and the budget of one chat are kept under."""
    return f"chat:{chat}"


def chat_rules(chat: int, urgency: Urgency) -> list[Rule | Count]:
    in_line = urgency in IN_LINE
    any_chat = Rule(scope(chat), CHAT, CHAT_BURST if in_line else CHAT_BURST - LEFT)
    most = GROUP if in_line else GROUP - COMMAND_RESERVE
    return [any_chat] if chat > 0 else [any_chat, Count(scope(chat), most, MINUTE)]


def bot_rules(urgency: Urgency) -> list[Rule | Count]:
    everything = Rule(EVERYBODY, GLOBAL_GAP, BURST * SHARE[urgency])
    return [everything, EDITS] if urgency is Urgency.PROGRESS else [everything]
