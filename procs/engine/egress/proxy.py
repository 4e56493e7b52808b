"""A child's only way out: a filtering proxy for one job, in the worker's event loop.

It listens on a socket that the job's child made, speaks CONNECT and absolute addresses, and lets
pass what the policy allows. It also holds the job's caps. Over a cap it *resets*: a polite end
would make a cut file look whole, and yt-dlp would call it a success. What it did not let pass it
remembers, so that the job's failure gets its true name.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from procs import errors
from procs.core import log
from procs.core.disk import MIB
from procs.engine.egress.dial import Routes
from procs.engine.egress.tunnel import Tunnel
from procs.errors import JobError

#: Waiting connections.
BACKLOG = 64
#: Connections that dripped for a whole `idle` before the job is called too slow.
STRIKES = 3
#: A job as a whole moves when it is so many times faster than a drip: to connect anew again and
#: again takes a few kilobytes each time, and is no progress.
MOVING = 10
#: Refusals of one job that are logged; a hostile page has any number of them.
LOGGED = 20
#: Failures that may only be how a program saw our refusal, or a site that could not be reached.
SEEMING = (
    errors.BrokenOff,
    errors.Empty,
    errors.ExtractorBroken,
    errors.Gone,
    errors.NetworkBroken,
    errors.NoSuchFile,
    errors.PartMissing,
    errors.ProcessingFailed,
    errors.ProxyBroken,
    errors.Refused,
    errors.SiteBroken,
    errors.TlsBroken,
    errors.Unknown,
    errors.Unsupported,
)
#: Of them, those that a site is told as which could not be reached.
UNREACHED = (errors.BrokenOff, errors.NetworkBroken, errors.SiteBroken, errors.ProxyBroken)


@dataclass(frozen=True, slots=True)
class Caps:
    """What one job may use of the network: bytes both ways, seconds in all, seconds in which a
    connection must move `least` bytes a second, connections at once and in all."""

    bytes: int = 4096 * MIB
    life: float = 3 * 3600.0
    idle: float = 60.0
    least: int = 100
    at_once: int = 64
    in_all: int = 50_000


class Egress:
    """One job's way out. `over` is what ended it early; `on_over` is then called once."""

    def __init__(self, routes: Routes, caps: Caps, on_over: Callable[[], Any]) -> None:
        self.routes = routes
        self.caps = caps
        self.on_over = on_over
        self.left = self.left_before = caps.bytes
        self.closed = False
        self.opened = 0
        #: Requests that were refused, by the class of why.
        self.denied: Counter[str] = Counter()
        self.strikes = 0
        self.tunnels: set[Tunnel] = set()
        self.over: JobError | None = None
        self.refusal: JobError | None = None
        self.trouble: JobError | None = None
        self.server: asyncio.Server | None = None
        self.timers: list[asyncio.TimerHandle] = []

    async def start(self, door: socket.socket | None) -> None:
        """Serve on a listening socket, which from now on is ours. Raises EngineDied without one."""
        if door is None:
            raise errors.EngineDied("the child gave no way out")
        door.setblocking(False)
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Tunnel(self).program, sock=door, backlog=BACKLOG
        )
        end = errors.TimedOut(f"longer than {self.caps.life:g} s")
        self.timers = [loop.call_later(self.caps.life, self.end, end)]
        self.watch()

    def close(self) -> None:
        """Nothing passes any more, nor what was accepted a moment ago."""
        self.closed = True
        for timer in self.timers:
            timer.cancel()
        if self.server:
            self.server.close()
            self.server = None
        for tunnel in list(self.tunnels):
            tunnel.reset()

    def end(self, why: JobError) -> None:
        """A cap was met."""
        if self.over is None:
            self.over = why
            log.info("egress.ended", why=why.name, detail=why.detail)
            self.close()
            self.on_over()

    @property
    def spent(self) -> int:
        """Bytes that passed, both ways."""
        return self.caps.bytes - self.left

    def spend(self, count: int) -> bool:
        """Take note of bytes. False when they are more than the job may use."""
        self.left -= count
        if self.left < 0:
            self.end(errors.TooLarge(f"more than {self.caps.bytes} bytes over the network"))
        return self.left >= 0

    def enter(self, tunnel: Tunnel) -> None:
        """Count a connection; too many at once, or in all, end the job's way out."""
        if self.closed:
            tunnel.reset()
            return
        self.tunnels.add(tunnel)
        self.opened += 1
        if len(self.tunnels) > self.caps.at_once or self.opened > self.caps.in_all:
            self.end(errors.Forbidden(f"connection {self.opened}, {len(self.tunnels)} at once"))

    def leave(self, tunnel: Tunnel) -> None:
        """Forget a connection that is closed."""
        self.tunnels.discard(tunnel)

    def watch(self) -> None:
        """Break every connection that moved too little since the last look, and look again. While
        the job as a whole moves, a connection that says little from time to time is no drip."""
        if self.left_before - self.left >= MOVING * self.caps.least * self.caps.idle:
            self.strikes = 0
        self.left_before = self.left
        for tunnel in list(self.tunnels):
            if tunnel.seen and tunnel.moved < self.caps.least * self.caps.idle:
                self.slow(tunnel)
            tunnel.seen, tunnel.moved = True, 0
        again = asyncio.get_running_loop().call_later(self.caps.idle, self.watch)
        self.timers[1:] = [again]

    def slow(self, tunnel: Tunnel) -> None:
        """Silence is the program's matter, which has a patience of its own; a drip is not."""
        tunnel.reset()
        self.strikes += tunnel.moved > 0
        if self.strikes >= STRIKES:
            self.end(errors.TimedOut(f"fewer than {self.caps.least} bytes a second"))

    def note_refusal(self, error: JobError | None, host: str, why: str) -> None:
        """Remember why a request was refused, or why nobody answered it."""
        if error and error.retry:
            self.trouble = error
            return
        self.refusal = error or errors.Forbidden(why)
        self.denied[self.refusal.name] += 1
        if self.denied.total() <= LOGGED:
            log.info("egress.refused", host=host, why=why)

    def judge(self, error: JobError) -> JobError:
        """The true class of a failure that the job's child, or its death, reported."""
        if self.over:
            true: JobError | None = self.over
        elif not isinstance(error, SEEMING):
            true = None
        elif isinstance(error, UNREACHED):
            true = self.refusal or self.trouble
        else:
            true = self.refusal
        if true is None and isinstance(error, errors.ProxyBroken):
            true = errors.NetworkBroken(error.detail)  # an upstream's failure would stand here
        if true is None:
            return error
        return type(true)(true.detail, site=error.site)
