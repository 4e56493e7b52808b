"""When a call may be sent: Telegram's waits, and our own budget below its limits.

Both stand in the store, so every process obeys them, and after a restart too. The numbers of the
budget are those of `message_limits`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from math import inf
from weakref import WeakValueDictionary

from procs.core import clock, log
from procs.core.clock import Now
from procs.core.round_robin import RoundRobin, Withdrawn
from procs.errors import Crowded, StoreUnready, TelegramWait
from procs.store.database import Database
from procs.store.limits import flood_waits, send_budget
from procs.store.limits.send_budget import EVERYBODY
from procs.telegram.departure import ANY_TIME, Departure
from procs.telegram.message_limits import (
    CHAT,
    GLOBAL_GAP,
    IN_LINE,
    LATE,
    LATE_IN_CHAT,
    REACT,
    Rules,
    bot_rules,
    chat_rules,
    departures,
    reactions,
    scope,
)
from procs.telegram.message_limits import Urgency as Urgency
from procs.telegram.server_clock import CLOCK

#: Seconds by which a broadcast takes its place before the instant at which it leaves: so it loses
#: nothing to a late wake-up. Its messages leave two at a time; a delivery that comes then leaves at
#: once all the same, by its burst.
AHEAD = GLOBAL_GAP / 2
#: Seconds between two checks whether the queue of deliveries is empty.
PRIORITY_POLL = 0.02
#: Whether a message that waits is still to be sent.
Wanted = Callable[[], bool]


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
        wanted: Wanted = always,
    ) -> Departure:
        """Wait until a call that makes `messages` messages in `chat` may go out (0 in both: it
        makes none). Returns the place that it has then: what is written later than that has lost
        it, and asks again. Raises TelegramWait when that is more than `patience` seconds away,
        Withdrawn when it is not `wanted` any more once its turn comes; of the places among all
        messages none is spent then."""
        end = clock.now().boot + patience
        await self.wait_until_allowed(method, patience)
        if chat:
            await self.wait_until_allowed(scope(chat), end - clock.now().boot)
        if urgency in IN_LINE:
            return await self._leave(chat, urgency, messages, end, always)
        if urgency is Urgency.BROADCAST:
            return await self._leave_among_all(chat, urgency, messages, end)
        # One of a chat asks at a time: whoever keeps a hundred answers waiting there holds a single
        # place among all chats, and a command of theirs passes the hundred.
        async with in_time(self._of(chat), chat, end):
            if not wanted():
                raise Withdrawn
            return await self._leave(chat, urgency, messages, end, wanted)

    def take_at_once(self, method: str, *, chat: int) -> Departure | None:
        """Inside of a transaction: the place of a delivery that need not wait. None, with nothing
        spent, for one that must."""
        line, own = chat_rules(chat, Urgency.DELIVERY), departures(chat)
        rules, now = bot_rules(Urgency.DELIVERY), clock.now()
        self.db.also({rule.scope for rule in (*line, *rules, *own)})
        if self.wait(method) > 0 or self.wait(scope(chat)) > 0:
            return None
        if send_budget.wait_of(self.db, line, now=now) > 0:
            return None
        if place := self._take_now(rules, own, 1, now=now):
            send_budget.spend(self.db, line, at=now.boot, now=now)
        return place

    async def react(self, chat: int, patience: float) -> Departure:
        """Wait until a reaction may be put in a chat. Returns its place among all messages, of
        which it takes one. Raises TelegramWait beyond `patience`."""
        end = clock.now().boot + patience
        await self.wait_until_allowed(REACT, patience)
        own = reactions(chat)
        return await self._leave_among_all(chat, Urgency.DELIVERY, 1, end, own=own)

    async def _leave(
        self, chat: int, urgency: Urgency, messages: int, end: float, wanted: Wanted
    ) -> Departure:
        """First the place in the chat's own line, then one among all messages, which may be seconds
        away: what has left the chat is counted by that one."""
        if chat:
            wait, place = self._line_up(chat, urgency, messages, end)
            if place:
                return place
            await asyncio.sleep(wait)
        if not messages:
            return ANY_TIME
        return await self._leave_among_all(chat, urgency, messages, end, wanted=wanted)

    def _line_up(
        self, chat: int, urgency: Urgency, messages: int, end: float
    ) -> tuple[float, Departure | None]:
        """Take a place in the line of a chat, and in the same transaction the one among all
        messages, where both are free at this moment and nobody's answer waits for one. Returns the
        seconds until the first, and the second. Raises Crowded."""
        line, rules, own = chat_rules(chat, urgency), bot_rules(urgency), departures(chat)
        place = None
        with self.db.write(only={rule.scope for rule in (*line, *rules, *own)}):
            now = clock.now()  # the gate is passed: what waits there is not judged by an old time
            left = max(0.0, end - now.boot)
            wait = send_budget.take(self.db, line, messages=messages, patience=left, now=now)
            waits_for_turn = urgency is Urgency.ANSWER and self.all.taken
            if wait <= 0 and messages and not waits_for_turn:
                place = self._take_now(rules, own, messages, now=now)
        if wait > left:
            raise Crowded(wait, scope(chat))
        return wait, place

    async def _leave_among_all(
        self,
        chat: int,
        urgency: Urgency,
        messages: int,
        end: float,
        *,
        own: Rules | None = None,
        wanted: Wanted = always,
    ) -> Departure:
        rules = departures(chat) if own is None else own
        while True:
            async with self._turn(chat, urgency, end):
                place, held = await self._depart(chat, urgency, messages, end, rules, wanted)
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

    async def _depart(
        self, chat: int, urgency: Urgency, messages: int, end: float, own: Rules, wanted: Wanted
    ) -> tuple[Departure, float]:
        """Spend among all messages, in line or when nobody is in line any more, and under the rules
        of its `own` for the same instant. Returns that place, and 0; or for how long those hold it
        back, with nothing spent: in line it would hold back all others. Raises Crowded,
        Withdrawn."""
        rules = bot_rules(urgency)
        ahead = AHEAD if urgency is Urgency.BROADCAST else 0.0
        if ahead:
            if messages == 1 and (second := self._take_second(rules, own)):
                return second, 0.0
            await asyncio.sleep(max(0.0, self.closed_until - clock.now().boot))
        taken = messages + (ahead > 0 and messages == 1)
        while True:
            if not wanted():
                raise Withdrawn
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

    def _take_second(self, rules: Rules, own: Rules) -> Departure | None:
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

    def _take_now(self, rules: Rules, own: Rules, messages: int, *, now: Now) -> Departure | None:
        """The place of this moment, inside a transaction; None where there is none."""
        both, at = [*rules, *own], now.boot
        if send_budget.wait_of(self.db, both, messages=messages, now=now) > 0:
            return None
        send_budget.spend(self.db, both, messages=messages, at=at, now=now)
        return Departure(at + LATE, partial(self._renew, rules, own, messages, at))

    def _renew(self, rules: Rules, own: Rules, messages: int, at: float) -> bool:
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
