"""A way to a server that can be made bad: slow, cut, lossy, dripping, or dead without a word."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

#: Bytes that pass at once.
CHUNK = 1 << 16
#: What a lost packet costs its connection, in seconds: it is sent again after a while (RFC 6298).
AGAIN = (0.2, 1.5)
#: Of so many lost packets one is the last that its connection takes.
FATAL = 12


@dataclass(eq=False)
class ProxiedConnection:
    """One client and its connection to the server. `dead`: nobody hears anything, and nobody is
    told."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    dead: bool = False

    def reset(self) -> None:
        for writer in (self.near, self.far):
            writer.transport.abort()


class EndingReader(asyncio.StreamReader):
    """Tells at once when the other side has closed, however much of what it said is on its way."""

    def __init__(self) -> None:
        super().__init__(limit=CHUNK)
        self.closed = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.closed.set()


@dataclass
class NetworkProxy:
    """Passes on what comes for `target` (host:port). `delays` in seconds, `rates` in bytes a second
    and `losses` as shares of chunks are those that hold now; the worst one counts."""

    target: str
    seed: int = 1
    delays: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    open: set[ProxiedConnection] = field(default_factory=set)
    passed: int = 0

    async def __aenter__(self) -> Self:
        self.dice = random.Random(self.seed)
        loop = asyncio.get_running_loop()
        kind = asyncio.StreamReaderProtocol
        self.server = await loop.create_server(
            lambda: kind(EndingReader(), self.serve), "127.0.0.1", 0
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        self.reset()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        host, _, port = self.target.rpartition(":")
        try:
            back, far = await asyncio.open_connection(host, int(port))
        except OSError:
            near.transport.abort()
            return
        one = ProxiedConnection(near, far)
        self.open.add(one)
        assert isinstance(reader, EndingReader)
        gone = asyncio.create_task(self.end_with(reader, one))
        try:
            await asyncio.gather(self.carry(one, reader, far), self.carry(one, back, near))
        finally:
            gone.cancel()
            self.open.discard(one)
            one.reset()

    async def end_with(self, reader: EndingReader, one: ProxiedConnection) -> None:
        """The server learns at once that a client is gone, even by a dead way: it would take the
        next process for a second one that uses the same sign-in elsewhere, which Telegram tells by
        the address that it comes from."""
        await reader.closed.wait()
        one.reset()

    async def carry(
        self, one: ProxiedConnection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while words := await reader.read(CHUNK):
                await self.hinder(one, len(words))
                if one.dead:
                    continue
                writer.write(words)
                await writer.drain()
                self.passed += len(words)
        if not one.dead:
            with suppress(OSError, RuntimeError):
                writer.write_eof()

    async def hinder(self, one: ProxiedConnection, size: int) -> None:
        """What these bytes wait for."""
        if self.delays:
            await asyncio.sleep(max(self.delays))
        if self.rates:
            await asyncio.sleep(size / min(self.rates))
        if self.losses and self.dice.random() < max(self.losses):
            if self.dice.randrange(FATAL) == 0:
                one.reset()
            await asyncio.sleep(self.dice.uniform(*AGAIN))

    def reset(self) -> int:
        """Reset every connection. How many there were."""
        found = list(self.open)
        for one in found:
            one.reset()
        return len(found)

    def deaden(self) -> list[ProxiedConnection]:
        """Let every connection that is open stay so, and nothing pass any more; new ones work."""
        found = list(self.open)
        for one in found:
            one.dead = True
        return found

    @asynccontextmanager
    async def worse(
        self, *, delay: float = 0.0, rate: float = 0.0, loss: float = 0.0
    ) -> AsyncIterator[None]:
        """Meanwhile everything is slower by `delay` seconds, passes at `rate`, or gets lost."""
        lists = [(self.delays, delay), (self.rates, rate), (self.losses, loss)]
        added = [(held, value) for held, value in lists if value]
        for held, value in added:
            held.append(value)
        try:
            yield
        finally:
            for held, value in added:
                held.remove(value)
