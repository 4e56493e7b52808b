"""The way out with an internet of the test's own: names, addresses and servers on loopback."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

from procs.engine.egress.dial import Routes, UpstreamProxy, connect, literal, unbarred
from procs.engine.egress.policy import policy
from procs.engine.egress.proxy import Caps, Egress

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#: The same as it goes on, of a plain request.
TOLD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
REST = b"HTTP/1.1 200 OK\r\n\r\n"


class Net:
    """Names and addresses that lead to one server on loopback, and what was dialled."""

    def __init__(self, names=None, addresses=(PUBLIC,)):
        self.names = {"site.test": [PUBLIC], **(names or {})}
        self.addresses = addresses
        self.dialled = []
        self.heard = []
        self.answer = self.polite
        self.port = 0

    async def resolve(self, host):
        try:
            return [host] if literal(host) else self.names[host]
        except KeyError:
            raise socket.gaierror(-2, "Name or service not known") from None

    async def connect(self, address, port):
        self.dialled.append((address, port))
        if address not in self.addresses:
            raise ConnectionRefusedError(111, "Connection refused")
        return await connect("127.0.0.1", self.port)

    async def serve(self, reader, writer):
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        await self.answer(reader, writer)

    async def polite(self, reader, writer):
        writer.write(OK)
        writer.close()

    async def endless(self, reader, writer):
        writer.write(REST)
        with suppress(ConnectionError):
            while True:
                writer.write(bytes(65536))
                await writer.drain()

    async def dripping(self, reader, writer):
        writer.write(REST)
        while not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.02)

    async def silent(self, reader, writer):
        await reader.read()


@asynccontextmanager
async def way_out(net, *, caps=None, networks=(), ports=(80, 443), upstream=None, forbids=unbarred):
    """A proxy on a port of loopback. Gives it, with `said` as everything it ended for."""
    server = await asyncio.start_server(net.serve, "127.0.0.1")
    net.port = server.sockets[0].getsockname()[1]
    routes = Routes(policy(networks, ports), upstream, net.resolve, net.connect, forbids=forbids)
    egress = Egress(routes, caps or Caps(), lambda: ended.set())
    ended = egress.ended = asyncio.Event()
    door = socket.create_server(("127.0.0.1", 0))
    egress.port = door.getsockname()[1]
    await egress.start(door)
    try:
        yield egress
    finally:
        egress.close()
        server.close()


async def asks(egress, *lines):
    """Everything a proxy answers to a request. Raises ConnectionError where it breaks off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


UPSTREAM = UpstreamProxy("proxy.lan", 3128, "me", "secret")
SECOND = b"GET http://10.0.0.5/ HTTP/1.1\r\nHost: 10.0.0.5\r\n\r\n"
