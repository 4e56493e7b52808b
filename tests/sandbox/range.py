"""A small internet for hostile links: names, public addresses, one site behind all of them, and
canaries inside, where no link may lead.

    async with Range(pages) as internet:
        engine = Engine(run, routes=internet.routes)
        ...
        assert internet.breaches == []

Pages are texts by path, in which CANARY stands for the canary's port. Every public address leads to
the site. A dial to any other address is a breach, whether anybody listens there or not, and so is
every connection to the canary.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Self

from procs.engine.egress.dial import Routes, connect
from procs.engine.egress.policy import is_public, read
from procs.engine.egress.resolver import system
from procs.errors import ChaparError

#: Addresses of the test's internet; the site is behind each of them.
PUBLIC = "93.184.216.34"
TOKEN = b"CANARY"
#: How TLS begins; the site has no certificate for anybody.
HANDSHAKE = b"\x16"

Body = bytes | Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True)
class Page:
    """An answer: a body of bytes, or one that comes piece by piece and may never end."""

    body: Body = b""
    kind: str = "text/html"
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Range:
    """The internet while it is there. `names` are the answers for a name, one list after the other
    when it is asked again; `breaches` is what reached a place inside."""

    pages: Mapping[str, Page]
    names: Mapping[str, tuple[tuple[str, ...], ...]]
    breaches: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    turns: dict[str, Iterator[tuple[str, ...]]] = field(default_factory=dict)
    servers: list[asyncio.Server] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.site = await self.listen(self.answer)
        self.canary = await self.listen(self.sing)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self.servers:
            server.close()

    @property
    def routes(self) -> Routes:
        return Routes(resolve=self.resolve, connect=self.connect)

    async def listen(
        self, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    ) -> int:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def fill(self, text: str) -> str:
        """A text with the canary's port in it."""
        return text.replace(TOKEN.decode(), str(self.canary))

    async def resolve(self, host: str) -> list[str]:
        """The range's own names; numbers in any form as the system reads them."""
        if host in self.names:
            turn = self.turns.setdefault(host, cycle(self.names[host]))
            return list(next(turn))
        if host.endswith(".test"):
            return [PUBLIC]
        if host.lower().rstrip(".").endswith("localhost"):
            return ["127.0.0.1", "::1"]
        if any(letter not in "0123456789abcdefxABCDEFX.:" for letter in host):
            raise socket.gaierror(-2, "Name or service not known")
        return await system(host)

    async def connect(self, address: str, port: int) -> socket.socket:
        with suppress(ChaparError):
            if is_public(read(address)):
                return await connect("127.0.0.1", self.site)
        self.breaches.append(f"{address} port {port} was dialled")
        raise ConnectionRefusedError(111, "Connection refused")

    async def sing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        self.breaches.append(f"the canary heard {line[:80]!r}")
        writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request of the site."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            if (first := await reader.readexactly(1)) == HANDSHAKE:
                return writer.close()
            head = first + await reader.readuntil(b"\r\n\r\n")
            path = head.decode("latin-1").split(" ")[1].partition("?")[0]
            self.asked.append(path)
            page = self.pages.get(path, Page(status="404 Not Found"))
            writer.write(self.head(page))
            if isinstance(page.body, bytes):
                writer.write(self.body(page.body))
            else:
                async for piece in page.body():
                    writer.write(piece)
                    await writer.drain()
            await writer.drain()
        writer.close()

    def head(self, page: Page) -> bytes:
        fields = [f"HTTP/1.1 {page.status}", f"Content-Type: {page.kind}", "Connection: close"]
        if isinstance(page.body, bytes):
            fields.append(f"Content-Length: {len(self.body(page.body))}")
        fields += [f"{name}: {self.fill(text)}" for name, text in page.headers]
        return ("\r\n".join(fields) + "\r\n\r\n").encode("latin-1")

    def body(self, text: bytes) -> bytes:
        return text.replace(TOKEN, str(self.canary).encode())
