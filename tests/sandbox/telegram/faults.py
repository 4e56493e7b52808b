"""What goes wrong on demand: errors, delays, silence, holds, flood waits, slow uploads."""

import asyncio
import itertools
import math
import re
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

from tests.sandbox.telegram.calls import Entry
from tests.sandbox.telegram.tl import Rpc

#: Codes of errors that are not 400 (core.telegram.org/api/errors).
CODES = {
    r"FLOOD_.*|SLOWMODE_WAIT_.*": 420,
    r"AUTH_KEY_DUPLICATED": 406,
    r"AUTH_KEY_.*|SESSION_.*|USER_DEACTIVATED.*": 401,
    r"CHAT_.*_FORBIDDEN|CHAT_ADMIN_REQUIRED": 403,
    r"RANDOM_ID_DUPLICATE|INTERNAL.*|RPC_.*": 500,
}


class Unanswered(Exception):
    """The call gets no answer."""


def error(words: str) -> Rpc:
    """`FLOOD_WAIT_3`, or with its code: `500 RANDOM_ID_DUPLICATE`."""
    code, _, text = words.rpartition(" ")
    if code:
        return Rpc(int(code), text)
    known = (number for shape, number in CODES.items() if re.fullmatch(shape, words))
    return Rpc(next(known, 400), words)


@dataclass(slots=True)
class Fault:
    """One order: the next `times` calls of `method` (after `skip` of them) go this way.

    `done`: the server does what was asked first, and only the answer suffers. `until`: a wall
    instant, for an order that ends by the clock instead of by count. `close`: the connection is
    reset as well.
    """

    method: str
    times: int = 1
    skip: int = 0
    account: int | None = None
    peer: int | None = None
    error: str = ""
    delay: float = 0.0
    hold: bool = False
    drop: bool = False
    close: bool = False
    done: bool = False
    until: float = 0.0
    id: int = 0
    hits: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def takes(self, entry: Entry) -> bool:
        if not fnmatch(entry.method, self.method) or self.spent():
            return False
        if self.account not in (None, entry.account) or self.peer not in (None, entry.peer):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True

    def spent(self) -> bool:
        return time.time() >= self.until if self.until else self.hits >= self.times

    async def strike(self, gone: asyncio.Event) -> None:
        """Let it happen. `gone` is set when the caller's connection is closed."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.hold:
            await self.keep_waiting(gone)
        if self.drop:
            raise Unanswered
        if self.until:
            raise Rpc(420, f"FLOOD_WAIT_{max(1, math.ceil(self.until - time.time()))}")
        if self.error:
            raise error(self.error)

    async def keep_waiting(self, gone: asyncio.Event) -> None:
        self.reached.set()
        waits = [asyncio.ensure_future(event.wait()) for event in (self.released, gone)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self.released.is_set():
            raise Unanswered


@dataclass(slots=True)
class Rate:
    """At most `calls` of `method` in `seconds`, per account or per chat; more is a flood."""

    method: str
    calls: int
    seconds: float
    per_chat: bool = False
    seen: dict[tuple[int, int], deque[Entry]] = field(default_factory=dict)

    def check(self, entry: Entry) -> None:
        if not fnmatch(entry.method, self.method):
            return
        times = self.seen.setdefault((entry.account, entry.peer * self.per_chat), deque())
        now = entry.at
        while times and times[0].at <= now - self.seconds:
            times.popleft()
        if len(times) >= self.calls:
            entry.bunched = self.written_at_once([*times, entry]) <= self.calls
            entry.beside = f"{self}: {told(times)}"
            raise Rpc(420, f"FLOOD_WAIT_{max(1, math.ceil(times[0].at + self.seconds - now))}")
        times.append(entry)

    def __str__(self) -> str:
        chat = " of a chat" * self.per_chat
        return f"{self.calls} {self.method} in {self.seconds:g} s{chat}"

    def written_at_once(self, calls: Sequence[Entry]) -> int:
        """The most of these that were surely written in one stretch."""
        spans = [one.written for one in calls]
        return max(
            sum(begin <= earliest and latest < begin + self.seconds for earliest, latest in spans)
            for begin, _ in spans
        )


def told(calls: Iterable[Entry]) -> str:
    """How many of each kind, by what became of them."""
    kinds = Counter(f"{one.method} {one.result or 'under way'}" for one in calls)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


class Faults:
    def __init__(self) -> None:
        self.orders: dict[int, Fault] = {}
        self.rates: list[Rate] = []
        self.ids = itertools.count(1)
        #: Bytes a second that uploads may take in all; 0 is no limit.
        self.upload_rate = 0.0
        self.upload_free_at = 0.0
        #: Repeated sends that are answered RANDOM_ID_DUPLICATE instead of with the first message.
        self.refused_repeats = 0
        #: Repeated sends that were refused so far.
        self.repeats = 0

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self.ids)
        self.orders[fault.id] = fault
        return fault

    def clear(self) -> None:
        """Everything works again; what was held goes on."""
        for fault in self.orders.values():
            fault.released.set()
        self.orders.clear()
        self.rates.clear()
        self.upload_rate = 0.0
        self.refused_repeats = 0

    def of(self, entry: Entry) -> list[Fault]:
        """The orders that this call has run into. Raises Rpc for a broken rate."""
        for rate in self.rates:
            rate.check(entry)
        return [fault for fault in list(self.orders.values()) if fault.takes(entry)]

    async def spend_upload(self, size: int) -> None:
        """Wait until `size` more bytes fit into the upload rate."""
        if self.upload_rate <= 0:
            return
        now = time.monotonic()
        self.upload_free_at = max(now, self.upload_free_at) + size / self.upload_rate
        await asyncio.sleep(self.upload_free_at - now)

    def refuses_repeat(self) -> bool:
        if self.refused_repeats == 0:
            return False
        self.refused_repeats -= 1
        self.repeats += 1
        return True
