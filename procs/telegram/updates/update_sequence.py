"""One of Telegram's numbered sequences of events, and our place in it.

An event says its number and for how many it stands (core.telegram.org/api/updates, "pts: checking
and applying"): it is the next one when our place + its count is its number, old when that is more,
and there is a gap when that is less, also for a count of 0.
"""

from collections import deque
from enum import Enum

#: Seconds for which a place that only pushes and answers led to is not believed: what their
#: numbers went past by mistake may still come, and what asks anew asks from before.
DOUBT = 10.0
#: Events beyond a gap, and steps within `DOUBT`, that are remembered.
EVENTS_KEPT = 1000


class Verdict(Enum):
    """How an event stands to our place in its sequence: the next one, known already, or beyond
    events that are missing."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"


class Sequence:
    """A place, None before the first event; and the events beyond a gap, number -> count."""

    def __init__(self, place: int | None = None) -> None:
        self.place = place
        self.ahead: dict[int, int] = {}
        #: (instant, place before it) of the latest steps.
        self.steps: deque[tuple[float, int]] = deque(maxlen=EVENTS_KEPT)

    def take(self, number: int, count: int, *, now: float, most: int | None = None) -> Verdict:
        """Where an event stands, and go over it when it is the next one. One that claims to stand
        for more than the `most` it can is a gap: its number hides others."""
        if self.place is None:
            self.place = max(1, number - count)
            self._step(number, now)  # what is written down first is the place before it
            return Verdict.NEXT
        if self.place + count > number or number < self.place:
            return Verdict.OLD
        if most is not None and count > most:
            return Verdict.GAP
        if self.place + count < number:
            if len(self.ahead) < EVENTS_KEPT:
                self.ahead[number] = count
            return Verdict.GAP
        self._step(number, now)
        self._absorb(now)
        return Verdict.NEXT

    def advance(self, number: int, *, now: float) -> None:
        """Go on to a number that stands for no events, such as a date; a smaller one is old."""
        if self.place is None or number > self.place:
            self._step(number, now)

    def reach(self, number: int, *, asked: int | None, now: float) -> None:
        """Telegram said, asked for what came after `asked`, that we are at `number` now. What was
        pushed meanwhile may have brought us further already."""
        if self.place is None or self.place == asked:
            self.place = number
        else:
            self.place = max(self.place, number)
        self.steps.clear()
        self._absorb(now)
        self.ahead = {n: count for n, count in self.ahead.items() if n > self.place}

    def sure(self, now: float) -> int | None:
        """The place as it was `DOUBT` seconds ago, or as Telegram has confirmed it since."""
        while self.steps and self.steps[0][0] <= now - DOUBT:
            self.steps.popleft()
        return self.steps[0][1] if self.steps else self.place

    def _step(self, number: int, now: float) -> None:
        if self.place is not None and number != self.place:
            self.steps.append((now, self.place))
        self.place = number

    def _absorb(self, now: float) -> None:
        """Advance over the remembered events that follow directly."""
        for number in sorted(self.ahead):
            if self.place is not None and number - self.ahead[number] == self.place:
                self._step(number, now)
                del self.ahead[number]
            elif self.place is not None and number <= self.place:
                del self.ahead[number]
