"""A lock whose waiters take turns by person: a person with a thousand calls waits no longer, and
delays the others no longer, than a person with one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any


class Withdrawn(Exception):
    """The waiter was withdrawn before its turn."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody's place in a line, and what it is for."""

    what: Any
    called: asyncio.Future[None]


class RoundRobin:
    """A lock whose next holder is of the person whose last turn is longest ago."""

    def __init__(self) -> None:
        self.taken = False
        self.lines: dict[Hashable, deque[Waiter]] = {}

    @asynccontextmanager
    async def turn(self, who: Hashable, what: Any = None) -> AsyncIterator[None]:
        """Wait for a turn, and hold it. Raises Withdrawn."""
        await self.take(who, what)
        try:
            yield
        finally:
            self.pass_on()

    def waiting(self, who: Hashable) -> int:
        """The number of a person's waiters."""
        return len(self.lines.get(who, ()))

    def withdraw(self, who: Hashable, unwanted: Callable[[Any], bool]) -> int:
        """Send away those in a person's line whose `what` is unwanted. Returns how many."""
        waiting = [place for place in self.lines.get(who, ()) if not place.called.done()]
        gone = [place for place in waiting if unwanted(place.what)]
        for place in gone:
            place.called.set_exception(Withdrawn())
        return len(gone)

    async def take(self, who: Hashable, what: Any = None) -> None:
        """Wait for a turn, which the caller passes on. Raises Withdrawn."""
        if not self.taken:
            self.taken = True
            return
        place = Waiter(what, asyncio.get_running_loop().create_future())
        self.lines.setdefault(who, deque()).append(place)
        try:
            await place.called
        except asyncio.CancelledError:
            called = place.called
            if called.done() and not called.cancelled() and not called.exception():
                self.pass_on()  # it was called at the moment in which it gave up
            raise

    def pass_on(self) -> None:
        """Call the next: the first of the line that has waited longest for a turn."""
        while self.lines:
            who = next(iter(self.lines))
            line = self.lines.pop(who)
            place = line.popleft()
            if line:
                self.lines[who] = line  # behind the others
            if not place.called.done():
                place.called.set_result(None)
                return
        self.taken = False
