"""Progress, as often as a person can read it."""

from collections.abc import Callable
from typing import Any

from procs import clock
from procs.engine.records import Order
from procs.errors import TooLarge

#: Seconds between two lines.
PAUSE = 0.25


class Meter:
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
        if now - self.said >= PAUSE:
            self.said = now
            known = self.expected or sum(self.totals.values())
            total = max(known, done) if known else 0
            self.say("progress", [done, total, float(status.get("speed") or 0)])

    def finish(self) -> None:
        """All of it is there."""
        done = sum(self.done.values())
        self.say("progress", [done, done, 0.0])
