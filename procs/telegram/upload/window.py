"""The number of parts that may be in flight in one upload, learned from their round-trip times."""

import asyncio
import math
import time

#: Parts on their way: at the beginning, at most. The least is one.
INITIAL_WINDOW, LARGEST_WINDOW = 4, 48
#: Acknowledgements within this many times the shortest are on time: there is room for more. Those
#: above `LATE` times stood in a queue that we made ourselves.
PROMPT, LATE = 2.0, 4.0
#: Seconds: a part that takes longer than this had too many beside it, whatever the shortest was.
#: The library gives a connection up that brought nothing for 10 s, pings stand in the same queue.
SLOW = 3.0
#: The shortest time is forgotten slowly: a path may become longer.
FORGET = 1.002
#: Seconds: the shortest patience with a part, and how many times its usual time it is given.
SHORTEST, TIMES = 5.0, 6.0
LONGEST_TIMEOUT = 60.0


class Window:
    """The number of parts that may be in flight. It grows while answers come as fast as over an
    empty path, shrinks when parts queue up, halves when Telegram says that it slows the upload
    down."""

    def __init__(self) -> None:
        self.size = float(INITIAL_WINDOW)
        self.flying = 0
        self.shortest = math.inf
        self.usual = 0.0
        self.doubling = True
        #: Nothing leaves before this instant (monotonic).
        self.resume = 0.0
        self.left = asyncio.Event()

    @property
    def patience(self) -> float:
        """Seconds until the answer to a part is no longer expected."""
        return (
            min(LONGEST_TIMEOUT, max(SHORTEST, TIMES * self.usual))
            if self.usual
            else LONGEST_TIMEOUT / 2
        )

    async def reserve(self) -> None:
        """Wait until one more part may be in flight. `release` ends it."""
        while self.flying >= int(self.size):
            self.left.clear()
            await self.left.wait()
        self.flying += 1

    def release(self) -> None:
        """Give the place of a part back: it was acknowledged, or is lost."""
        self.flying -= 1
        self.left.set()

    async def leave(self) -> None:
        """Wait until a FLOOD_WAIT is over."""
        while (rest := self.resume - time.monotonic()) > 0:
            await asyncio.sleep(rest)

    def note_ack(self, took: float) -> None:
        """A part was acknowledged after `took` seconds."""
        self.usual = took if not self.usual else self.usual + (took - self.usual) / 8
        self.shortest = min(took, self.shortest * FORGET)
        if took > SLOW or took > LATE * self.shortest:
            self.size = max(1.0, self.size - 0.5)
            self.doubling = False
        elif took <= PROMPT * self.shortest:
            self.size = min(LARGEST_WINDOW, self.size + (1 if self.doubling else 1 / self.size))

    def note_timeout(self) -> None:
        """A part got no answer, or its connection broke: the next one gets a longer timeout."""
        self.usual *= 2

    def slow(self, seconds: float) -> None:
        """Telegram slows the upload down for so long: fewer parts from then on."""
        now = time.monotonic()
        if now >= self.resume:  # the others on their way hear the same
            self.size = max(1.0, self.size / 2)
        self.doubling = False
        self.resume = max(self.resume, now + seconds)
