"""A tunnel: the program's connection and the site's, and the bytes between them."""

import asyncio
import os
import socket
import struct
from math import inf
from typing import TYPE_CHECKING, cast

from procs.engine.egress import http_head
from procs.engine.egress.dial import Route, dial, meet
from procs.engine.egress.http_answer import Answer
from procs.errors import ChaparError, JobError, NetworkBroken, ProxyBroken, SiteBroken

if TYPE_CHECKING:
    from procs.engine.egress.proxy import Egress

#: Bytes of a request's head, and of what waits for a slow reader: a job may have 64 of them.
HEAD_BYTES = 64 * 1024
WAITING = 256 * 1024
RESET_AT_CLOSE = struct.pack("ii", 1, 0)
#: The answer of a proxy to an unknown client.
UNKNOWN_TO_PROXY = 407


class TunnelEnd(asyncio.Protocol):
    """One of the two ends: what it hears, the other says."""

    transport: asyncio.Transport

    def __init__(self, tunnel: "Tunnel") -> None:
        self.tunnel = tunnel
        self.other: TunnelEnd | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(WAITING)

    def data_received(self, data: bytes) -> None:
        self.tunnel.moved += len(data)
        if self.tunnel.egress.spend(len(data)) and self.other:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        """A broken connection breaks the other one too. A polite end of it would make a cut body
        look whole."""
        if self.other and error:
            reset(self.other.transport)
        elif self.other:
            self.other.transport.close()
        self.tunnel.note_closed()


class SiteSide(TunnelEnd):
    """The site's end. What it says before the ends are tied is kept. The `answer` to a plain
    request goes on as that reads it."""

    def __init__(self, tunnel: "Tunnel", answer: Answer | None) -> None:
        super().__init__(tunnel)
        self.answer = answer
        self.early = b""
        self.broken = False

    def data_received(self, data: bytes) -> None:
        if not self.other:
            if self.tunnel.egress.spend(len(data)):
                self.early += data
        elif self.answer is None:
            super().data_received(data)
        else:
            self.tunnel.moved += len(data)
            if self.tunnel.egress.spend(len(data)):
                self.tunnel.answer(self.answer, data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.broken = error is not None
        if self.other and self.is_mute:
            self.tunnel.refuse_unanswered()
        super().connection_lost(error)

    @property
    def is_mute(self) -> bool:
        """Whether a plain request got no answer, not even a whole head."""
        return self.answer is not None and not self.answer.status


class ProgramSide(TunnelEnd):
    """The program's end: says first where it wants to go."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.heard = bytearray()
        self.tunnel.enter()

    def data_received(self, data: bytes) -> None:
        if self.other:
            if self.tunnel.may_send(len(data)):
                super().data_received(data)
            return
        self.heard += data
        if self.tunnel.egress.spend(len(data)) and self.is_whole():
            self.transport.pause_reading()
            self.tunnel.start(bytes(self.heard))

    def is_whole(self) -> bool:
        """Whether the head of the request is complete, or longer than a head can be."""
        return b"\r\n\r\n" in self.heard or len(self.heard) > HEAD_BYTES

    def eof_received(self) -> bool:
        """It has said all; the answer may still be coming."""
        if self.other and self.other.transport.can_write_eof():
            self.other.transport.write_eof()
        return self.other is not None


class Tunnel:
    """One connection of the program, from its request to its end. `moved` counts bytes both ways;
    the egress sets it back from time to time."""

    def __init__(self, egress: "Egress") -> None:
        self.egress = egress
        self.program = ProgramSide(self)
        self.moved = 0
        self.seen = False
        self.sayable = inf
        self.host = "-"
        self.by_upstream = False
        self.reads: Answer | None = None
        self.work: asyncio.Task[None] | None = None

    def enter(self) -> None:
        """Count this connection with its job."""
        self.egress.enter(self)

    def may_send(self, count: int) -> bool:
        """Whether the program may say so much more: one request a connection, so that each is
        judged. Who says more is broken off."""
        self.sayable -= count
        if self.sayable < 0:
            self.reset()
        return self.sayable >= 0

    def start(self, heard: bytes) -> None:
        """Serve the request that came."""
        self.work = asyncio.create_task(self.open(heard))

    async def open(self, heard: bytes) -> None:
        """Answer a request: a way to the site, or why there is none."""
        try:
            head, end, rest = heard.partition(b"\r\n\r\n")
            if not end or len(head) > HEAD_BYTES:
                raise http_head.BadRequest("the head is too long")
            request = http_head.parse(head + end)
            self.host = request.host
            self.sayable = inf if request.tunnel else request.length
            if len(rest) > self.sayable:
                raise http_head.BadRequest("more than one request")
            self.sayable -= len(rest)
            route = await self.egress.routes.find(request)
            link = await dial(self.egress.routes.connect, route)
            self.by_upstream = route.by_upstream
            self.reads = None if request.tunnel else Answer(request.method)
            await self.join(*await greet(link, route, rest))
        except OSError as error:
            self.refuse(NetworkBroken(f"{self.host}: {error}"), self.host)
        except ChaparError as error:
            self.refuse(error, self.host)

    async def join(self, link: socket.socket, hello: bytes, answer: bytes) -> None:
        """Tie the two ends together."""
        loop = asyncio.get_running_loop()
        site = SiteSide(self, self.reads)
        await loop.create_connection(lambda: site, sock=link)
        if self.program.transport.is_closing():
            reset(site.transport)
            return
        site.other, self.program.other = self.program, site
        if hello:
            site.transport.write(hello)
        if site.answer:
            self.answer(site.answer, site.early)
        else:
            self.program.transport.write(answer + site.early)
        self.program.transport.resume_reading()
        if site.transport.is_closing() and site.is_mute:
            self.refuse_unanswered()
        elif site.broken:
            self.reset()
        elif site.transport.is_closing():
            self.program.transport.close()

    def answer(self, answer: Answer, data: bytes) -> None:
        """Pass on what a site answers. The answer's end is the connection's, whatever the site does
        with it."""
        before = answer.status
        try:
            said = answer.take(data)
        except SiteBroken as error:
            self.misunderstood(error, told=before > 0)
            return
        if self.by_upstream and answer.status == UNKNOWN_TO_PROXY and not before:
            why = "the upstream does not know us (407)"
            self.egress.note_refusal(ProxyBroken(why), self.host, why)
        if said:
            self.program.transport.write(said)
        if answer.whole and self.program.other:
            self.program.transport.close()
            self.program.other.transport.abort()

    def misunderstood(self, error: SiteBroken, *, told: bool) -> None:
        """A site does not speak as the web does. Where the program was told nothing yet, it is told
        that; else it is broken off."""
        if told or not self.program.other:
            self.egress.note_refusal(error, self.host, error.detail)
            self.reset()
            return
        self.refuse(error, self.host)
        self.program.other.transport.abort()

    def refuse_unanswered(self) -> None:
        """The site ended the connection without an answer. The program gets an error, since a
        closed connection would look like a failure of the proxy."""
        if not self.program.transport.is_closing():
            self.refuse(
                NetworkBroken(f"{self.host}: the connection ended without answer"), self.host
            )

    def refuse(self, error: ChaparError, host: str) -> None:
        """Say no, and remember why."""
        self.egress.note_refusal(error if isinstance(error, JobError) else None, host, str(error))
        status = "403 Refused" if not isinstance(error, JobError) or not error.retry else "502 Away"
        head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.program.transport.write(head.encode())
        self.program.transport.close()

    def note_closed(self) -> None:
        """One end is closed; when it is the program's, the tunnel ends."""
        if self.program.transport.is_closing():
            if self.work:
                self.work.cancel()
            self.egress.leave(self)

    def reset(self) -> None:
        """Break both ends."""
        if self.program.other:
            reset(self.program.other.transport)
        reset(self.program.transport)


async def greet(
    link: socket.socket, route: Route, rest: bytes
) -> tuple[socket.socket, bytes, bytes]:
    """The dialled end, the bytes to send there, and the answer for the program, after an upstream
    gave its consent. Raises as `dial.meet`."""
    if not route.greet:
        return link, route.hello + rest, route.answer
    try:
        return link, rest, route.answer + await meet(link, route.hello)
    except BaseException:
        link.close()
        raise


def reset(transport: asyncio.Transport) -> None:
    """End a connection so that nobody takes it for a good end (RST; SO_LINGER in socket(7)). One
    that is closing may still have a rest to say, which would be cut off just as quietly."""
    link = transport.get_extra_info("socket")
    if link is not None and link.fileno() >= 0:
        with socket.socket(fileno=os.dup(link.fileno())) as copy:
            copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    transport.abort()
