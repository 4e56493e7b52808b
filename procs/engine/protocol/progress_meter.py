"""Progress of a download, reported as often as a person can read it."""

from collections.abc import Callable
from typing import Any

from procs.core import clock
from procs.engine.protocol.messages import Order
from procs.errors import BrokenOff, TooLarge

#: Seconds between two lines.
PAUSE = 0.25
#: Seconds in which a download that begins anew again and again gets no further, and beginnings,
#: after which it will not. (A source that stalls costs the socket's timeout each time.)
STALL, VAIN = 25.0, 2
#: Seconds of the longest pause before a broken connection is tried anew.
LONGEST = 2.0


class DownloadMeter:
    """yt-dlp's progress hook: adds up the streams, says `[done, total, rate]`, holds the limit.

    `expected` is the size that was found beforehand, 0 when unknown.
    """

    def __init__(self, order: Order, say: Callable[[str, Any], None]) -> None:
        self.limit = order.max_file_size
        self.say = say
        self.expected = 0
        self.said = 0.0
        self.done: dict[str, int] = {}
        self.totals: dict[str, int] = {}
        self.furthest, self.moved, self.vain = 0, 0.0, 0

    def __call__(self, status: dict[str, Any]) -> None:
        """Raises TooLarge as soon as the bytes, or the length that the server names, say so."""
        name = str(status.get("filename"))
        self.done[name] = int(status.get("downloaded_bytes") or self.done.get(name, 0))
        whole = int(status.get("total_bytes") or 0)
        self.totals[name] = whole or int(status.get("total_bytes_estimate") or 0)
        done = sum(self.done.values())
        if max(done, whole) > self.limit:
            raise TooLarge(f"{max(done, whole)} bytes and more, limit {self.limit}")
        now = clock.now().boot
        if done > self.furthest:
            self.furthest, self.moved, self.vain = done, now, 0
        if now - self.said >= PAUSE:
            self.said = now
            known = self.expected or sum(self.totals.values())
            total = max(known, done) if known else 0
            self.say("progress", [done, total, float(status.get("speed") or 0)])

    def pause(self, n: int) -> float:
        """Seconds before the next try of a broken connection; `n` counts from 0 (yt-dlp's name).
        Raises BrokenOff when tries get nowhere: what was had before is begun with each time."""
        self.vain += 1
        if not n and self.vain == 1:
            self.moved = max(self.moved, clock.now().boot - STALL / 2)
        if self.vain >= VAIN and (stood := clock.now().boot - self.moved) > STALL:
            raise BrokenOff(f"no further than {self.furthest} bytes for {stood:.0f} s")
        return float(min(LONGEST, 0.2 * 2**n))

    def finish(self) -> None:
        """All of it is there."""
        done = sum(self.done.values())
        self.say("progress", [done, done, 0.0])
