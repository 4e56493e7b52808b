"""When a call may be sent: Telegram's waits, and our own budget below its limits.

Both stand in the store, so every process obeys them, and after a restart too. Telegram publishes
about 30 messages a second for a bot, one a second in a chat with short bursts, 20 a minute in a
group (core.telegram.org/bots/faq); the exact numbers vary.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
)
from enum import IntEnum
from functools import partial
from math import inf
from weakref import WeakValueDictionary

from procs.core import clock, log
from procs.core.round_robin import RoundRobin, Withdrawn
from procs.errors import Crowded, StoreUnready, TelegramWait
from procs.store.database import Database
from procs.store.limits import flood_waits, send_budget
from procs.store.limits.send_budget import EVERYBODY, CountLimit, GapLimit
from procs.telegram.departure import ANY_TIME, Departure
from procs.telegram.server_clock import CLOCK


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


#: Seconds by which a message may be written later than it is paid for: among all messages, and in
#: its chat, whose rules have a second to spare.
LATE, LATE_IN_CHAT = 0.08, 0.5
#: Seconds between two messages, and how far a burst may run ahead: at most 30 in any second, late
#: ones among them (1 + BURST / GLOBAL_GAP + (1 + LATE) / GLOBAL_GAP).
GLOBAL_GAP, BURST = 1 / 25, 2 / 25
#: In a chat: one a second, four at once. What does not keep its place in line leaves some of that
#: to what does: the answer to a command finds it free.
CHAT, CHAT_BURST, LEFT = 1.0, 3.0, 1.0
#: In a group besides: messages in any minute, those of an album each for itself; some of them are
#: kept for commands.
GROUP, MINUTE, COMMAND_RESERVE = 20, 60.0, 2
#: Progress edits, of the whole bot: one a second, the first of two being late.
EDITS = GapLimit("edits", 1.0 + LATE, 0.0)
#: Reactions, of the whole bot and in one chat. Telegram publishes no number for them, so these are
#: a guess below what it says of messages; they do not count against a group's twenty a minute.
REACTIONS, IN_CHAT = GapLimit("reactions", 0.2, 2.0), (1.0, 3.0)
#: The call that puts one, by whose name Telegram's waits are kept.
REACT = "messages.SendReaction"
#: Share of the burst that each urgency may use.
SHARE = (1.0, 1.0, 1.0, 0.75, 0.5, 0.0)
#: Those that keep their place in line, in all messages and in a chat.
IN_LINE = (Urgency.COMMAND, Urgency.DELIVERY)
#: Seconds by which a broadcast takes its place before it leaves, lest it lose to a late wake-up.
#: Its messages leave two at a time; a delivery that comes then leaves at once, by its burst.
AHEAD = GLOBAL_GAP / 2
#: Seconds between two checks whether the queue of deliveries is empty.
PRIORITY_POLL = 0.02


def always() -> bool:
    """Whoever asks with it wants the message to the end."""
    return True


class Pace:
    """Spends the budget in the store before each call, and stores the waits of Telegram."""

    def __init__(self, db: Database) -> None:
        self.db = db
        #: Who of this process asks for a chat's budget, and for that of all, at the moment.
        self.chats: WeakValueDictionary[int, RoundRobin] = WeakValueDictionary()
        self.all = RoundRobin()
        #: Messages of a broadcast ask for the budget one at a time.
        self.last = RoundRobin()
        #: The boot instant before which none of them has a place, by the one before it, and that of
        #: a place which it took for another one.
        self.closed_until, self.second = 0.0, -inf

    async def leave(
        self,
        method: str,
        *,
        chat: int = 0,
        urgency: Urgency,
        patience: float,
        messages: int = 1,
        wanted: Callable[[], bool] = always,
    ) -> Departure:
        """Wait until a call that makes `messages` messages in `chat` may go out (0 in both: it
        makes none). Returns the place that it has then: what is written later than that has lost
        it, and asks again. Raises TelegramWait when that is more than `patience` seconds away,
        Withdrawn when it is not `wanted` any more once its turn comes; nothing is spent then."""
        end = clock.now().boot + patience
        await self.wait_until_allowed(method, patience)
        if chat:
            await self.wait_until_allowed(scope(chat), end - clock.now().boot)
        if urgency in IN_LINE:
            return await self._leave(chat, urgency, messages, end)
        if urgency is Urgency.BROADCAST:
            return await self._leave_among_all(chat, urgency, messages, end)
        # One of a chat asks at a time: whoever keeps a hundred answers waiting there holds a single
        # place among all chats, and a command of theirs passes the hundred.
        async with in_time(self._of(chat), chat, end):
            if not wanted():
                raise Withdrawn
            return await self._leave(chat, urgency, messages, end)

    async def react(self, chat: int, patience: float) -> None:
        """Wait until a reaction may be put in a chat. Raises TelegramWait beyond `patience`."""
        end = clock.now().boot + patience
        await self.wait_until_allowed(REACT, patience)
        await self._line_up([REACTIONS, GapLimit(f"reactions:{chat}", *IN_CHAT)], 1, end)

    async def _leave(self, chat: int, urgency: Urgency, messages: int, end: float) -> Departure:
        """First the place in the chat's own line, then one among all messages, which may be seconds
        away: what has left the chat is counted by that one."""
        if chat:
            await self._line_up(chat_rules(chat, urgency), messages, end)
        if not messages:
            return ANY_TIME
        return await self._leave_among_all(chat, urgency, messages, end)

    async def _leave_among_all(
        self, chat: int, urgency: Urgency, messages: int, end: float
    ) -> Departure:
        while True:
            async with self._turn(chat, urgency, end):
                place, held = await self._depart(chat, urgency, messages, end)
            if not held:
                return place
            await asyncio.sleep(max(held, PRIORITY_POLL))

    def _turn(self, chat: int, urgency: Urgency, end: float) -> AbstractAsyncContextManager[None]:
        turns = {Urgency.ANSWER: self.all, Urgency.BROADCAST: self.last}.get(urgency)
        return in_time(turns, chat, end) if turns else nullcontext()

    def _of(self, chat: int) -> RoundRobin:
        """The turns of one chat; of those that belong to none, each has its own."""
        if not chat:
            return RoundRobin()
        turns = self.chats.get(chat)
        if turns is None:
            self.chats[chat] = turns = RoundRobin()
        return turns

    async def wait_until_allowed(self, what: str, patience: float) -> None:
        """Wait out a wait that Telegram imposed. Raises TelegramWait when it is too long."""
        wait = self.wait(what)
        if wait > max(patience, 0.0):
            raise TelegramWait(wait, what)
        if wait > 0:
            await asyncio.sleep(wait)

    def wait(self, what: str) -> float:
        """Seconds until a method, or a chat, may be called."""
        return max(0.0, flood_waits.wait_until(self.db, what) - CLOCK.time())

    def note(self, wait: TelegramWait) -> None:
        """Store a wait, for every process and for after a restart, by Telegram's clock, which no
        step of the machine's moves."""
        if isinstance(wait, Crowded):
            return
        flood_waits.note_wait(self.db, wait.scope, CLOCK.time() + wait.seconds)
        log.info("telegram.waits", scope=wait.scope, seconds=wait.seconds)

    async def _line_up(self, rules: list[GapLimit | CountLimit], messages: int, end: float) -> None:
        """Wait in the queue of all messages. Raises Crowded."""
        with self.db.write(only={rule.scope for rule in rules}):
            now = clock.now()  # the gate is passed: what waits there is not judged by an old time
            left = max(0.0, end - now.boot)
            wait = send_budget.take(self.db, rules, messages=messages, patience=left, now=now)
        if wait > left:
            raise Crowded(wait, rules[0].scope)
        await asyncio.sleep(wait)

    async def _depart(
        self, chat: int, urgency: Urgency, messages: int, end: float
    ) -> tuple[Departure, float]:
        """Spend among all messages, in line or when nobody is in line any more, and in the chat for
        the same instant. Returns that place, and 0; or for how long its chat holds it back, with
        nothing spent: in line it would hold back all others. Raises Crowded."""
        rules, own = bot_rules(urgency), departures(chat)
        ahead = AHEAD if urgency is Urgency.BROADCAST else 0.0
        if ahead:
            if messages == 1 and (second := self._take_second(rules, own)):
                return second, 0.0
            await asyncio.sleep(max(0.0, self.closed_until - clock.now().boot))
        taken = messages + (ahead > 0 and messages == 1)
        while True:
            with self.db.write(only={rule.scope for rule in (*rules, *own)}):
                now = clock.now()  # the gate is passed: what waits there is not under way
                left = max(0.0, end - now.boot)
                wait = send_budget.wait_of(self.db, rules, messages=messages, now=now)
                held = send_budget.wait_of(self.db, own, messages=messages, now=now)
                if held <= wait <= (left if urgency in IN_LINE else ahead):
                    at = now.boot + wait
                    send_budget.spend(self.db, rules, messages=taken, at=at, now=now)
                    send_budget.spend(self.db, own, messages=messages, at=at, now=now)
                    held = 0.0
                    break
            if max(wait, held) > left:
                raise Crowded(max(wait, held), scope(chat) if held > wait else EVERYBODY)
            if held > wait:
                return ANY_TIME, held
            await asyncio.sleep(wait - ahead if ahead else max(wait, PRIORITY_POLL))
        if ahead:
            self.closed_until = at + taken * GLOBAL_GAP - ahead
            self.second = at if taken > messages else -inf
        await asyncio.sleep(wait)
        return Departure(at + LATE, partial(self._renew, rules, own, messages, at)), 0.0

    def _take_second(
        self, rules: list[GapLimit | CountLimit], own: list[GapLimit | CountLimit]
    ) -> Departure | None:
        """The place beside the message before, which took two: what costs is that a process wakes
        up, and so the worker, and the bot that is told of each message, wake half as often. None
        where there is none, or the chat is held back."""
        at = self.second
        if clock.now().boot > at + LATE:
            return None
        with self.db.write(only={rule.scope for rule in own}):
            now = clock.now()
            if send_budget.wait_of(self.db, own, now=now) > 0:
                return None
            send_budget.spend(self.db, own, at=now.boot, now=now)
        self.second = -inf
        return Departure(at + LATE, partial(self._renew, rules, own, 1, at))

    def _renew(
        self,
        rules: list[GapLimit | CountLimit],
        own: list[GapLimit | CountLimit],
        messages: int,
        at: float,
    ) -> bool:
        """Take a place for this moment, for a message that is late; whether there is one."""
        try:
            with self.db.write(only={rule.scope for rule in (*rules, *own)}):
                now = clock.now()
                lost = rules if now.boot <= at + LATE_IN_CHAT else [*rules, *own]
                if send_budget.wait_of(self.db, lost, messages=messages, now=now) > 0:
                    return False
                send_budget.spend(self.db, lost, messages=messages, at=now.boot, now=now)
        except StoreUnready:
            return False
        return True


@asynccontextmanager
async def in_time(turns: RoundRobin, chat: int, end: float) -> AsyncIterator[None]:
    """Hold the turn of a chat, waited for until a boot instant. Raises Crowded after that."""
    try:
        async with asyncio.timeout(max(0.0, end - clock.now().boot)):
            await turns.take(chat)
    except TimeoutError as error:
        raise Crowded(CHAT, scope(chat)) from error
    try:
        yield
    finally:
        turns.pass_on()


def scope(chat: int) -> str:
    """What the waits and the budget of one chat are kept under."""
    return f"chat:{chat}"


def chat_rules(chat: int, urgency: Urgency) -> list[GapLimit | CountLimit]:
    """The limits of one chat: a gap, in groups so many a minute too, some of them for commands."""
    in_line = urgency in IN_LINE
    any_chat = GapLimit(scope(chat), CHAT, CHAT_BURST if in_line else CHAT_BURST - LEFT)
    most = GROUP if in_line else GROUP - COMMAND_RESERVE
    return [any_chat] if chat > 0 else [any_chat, CountLimit(scope(chat), most, MINUTE)]


def departures(chat: int) -> list[GapLimit | CountLimit]:
    """What leaves a chat, whoever waits for it, by the instants at which it does."""
    if not chat:
        return []
    any_chat = GapLimit(f"left:{chat}", CHAT, CHAT_BURST, apart=LATE_IN_CHAT)
    return [any_chat] if chat > 0 else [any_chat, CountLimit(f"left:{chat}", GROUP, MINUTE)]


def bot_rules(urgency: Urgency) -> list[GapLimit | CountLimit]:
    """The limits over all chats; less urgent messages may use a smaller share of the burst."""
    everything = GapLimit(EVERYBODY, GLOBAL_GAP, BURST * SHARE[urgency], strict=True)
    return [everything, EDITS] if urgency is Urgency.PROGRESS else [everything]
