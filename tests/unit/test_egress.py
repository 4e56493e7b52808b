"""The way out, with an internet of the test's own: names, addresses and servers on loopback."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import pytest

from procs import errors
from procs.engine.egress import Caps, Egress
from procs.engine.heads import BadRequest, parse
from procs.engine.policy import policy
from procs.engine.routes import Routes, Upstream, connect, literal

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


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
        with suppress(ConnectionError):
            while True:
                writer.write(bytes(65536))
                await writer.drain()

    async def dripping(self, reader, writer):
        writer.write(OK[:-2])
        while not writer.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.02)

    async def silent(self, reader, writer):
        await reader.read()


@asynccontextmanager
async def way_out(net, *, caps=None, networks=(), upstream=None):
    """A proxy on a port of loopback. Gives it, with `said` as everything it ended for."""
    server = await asyncio.start_server(net.serve, "127.0.0.1")
    net.port = server.sockets[0].getsockname()[1]
    routes = Routes(policy(networks), upstream, net.resolve, net.connect)
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


async def test_an_absolute_address_goes_on_as_the_site_wants_it():
    net = Net()
    async with way_out(net) as egress:
        said = await asks(
            egress,
            "GET http://me:pw@site.test/a?b=1 HTTP/1.1",
            "Host: elsewhere.test",
            "Proxy-Authorization: Basic x",
            "Proxy-Connection: keep-alive",
            "Connection: keep-alive",
            "X-Kept: yes",
        )
    assert said == OK
    assert net.heard == [
        b"GET /a?b=1 HTTP/1.1\r\nHost: site.test\r\nX-Kept: yes\r\nConnection: close\r\n\r\n"
    ]
    assert net.dialled == [(PUBLIC, 80)]


async def test_a_tunnel():
    net = Net()
    async with way_out(net) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        writer.write(b"CONNECT site.test:443 HTTP/1.1\r\nHost: site.test:443\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == OK
        writer.close()
    assert net.dialled == [(PUBLIC, 443)]


async def test_a_site_that_speaks_first_is_heard():
    net = Net()

    async def speaks(reader, writer):
        writer.write(b"220 ready\r\n")
        writer.close()

    net.serve = speaks
    async with way_out(net) as egress:
        for _ in range(20):
            said = await asks(egress, "CONNECT site.test:443 HTTP/1.1")
            assert said == b"HTTP/1.1 200 Connection established\r\n\r\n220 ready\r\n"


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ({"site.test": ["127.0.0.1"]}, errors.Forbidden),
        ({"site.test": ["::1"]}, errors.Forbidden),
        ({"site.test": ["::ffff:10.0.0.5"]}, errors.Forbidden),
        ({"site.test": [PUBLIC, "10.0.0.5"]}, errors.Forbidden),
        ({"site.test": ["10.0.0.5", PUBLIC]}, errors.Forbidden),
        ({"site.test": ["fe80::1%eth0"]}, errors.Forbidden),
        ({"site.test": ["10.10.34.36"]}, errors.SiteFiltered),
    ],
)
async def test_one_answer_that_is_not_allowed_refuses_the_name(names, kind):
    net = Net(names)
    async with way_out(net) as egress:
        said = await asks(egress, "CONNECT site.test:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    assert type(egress.judge(errors.ProxyBroken("seen"))) is kind


async def test_a_name_is_resolved_once():
    """The second answer would be another one."""
    net = Net()
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    async with way_out(net) as egress:

        async def rebinds(host):
            return next(answers)

        object.__setattr__(egress.routes, "resolve", rebinds)
        assert await asks(egress, "GET http://site.test/ HTTP/1.1") == OK
        said = await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("line", "port"), [("CONNECT site.test:22", 22), ("GET http://site.test:8080/", 8080)]
)
async def test_other_ports_only_in_allowed_networks(line, port):
    net = Net()
    async with way_out(net) as egress:
        assert (await asks(egress, f"{line} HTTP/1.1")).startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    async with way_out(net, networks=(f"{PUBLIC}/32",)) as egress:
        await asks(egress, f"{line} HTTP/1.1", "", "x\r\n\r\n")
    assert net.dialled == [(PUBLIC, port)]


@pytest.mark.parametrize(
    ("host", "kind"),
    [("away.test", errors.NetworkBroken), ("closed.test", errors.NetworkBroken)],
)
async def test_who_cannot_be_reached_is_no_attack(host, kind):
    net = Net({"closed.test": ["93.184.216.35"]})
    async with way_out(net) as egress:
        said = await asks(egress, f"CONNECT {host}:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 502")
    assert type(egress.judge(errors.SiteBroken("HTTP Error 502"))) is kind


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1"],
        ["GET https://site.test/ HTTP/1.1"],
        ["GET ftp://site.test/ HTTP/1.1"],
        ["GET file:///etc/passwd HTTP/1.1"],
        ["GET http:///x HTTP/1.1"],
        ["GET http://site.test:99999/ HTTP/1.1"],
        ["GET http://[::1/ HTTP/1.1"],
        ["GET http://site.test/ HTTP/1.1 extra"],
        ["GET http://site.test/ HTTP/2"],
        ["get http://site.test/ HTTP/1.1"],
        ["GET http://site.test/ HTTP/1.1", " folded: yes"],
        ["GET http://site.test/ HTTP/1.1", "no colon"],
        ["GET http://site.test/ HTTP/1.1", "A : b"],
        ["GET http://site.test/ HTTP/1.1", "A: b\nC: d"],
        ["GET http://site.test%00.org/ HTTP/1.1"],
        ["GET http://s\xe9te.test/ HTTP/1.1"],
        ["CONNECT site.test HTTP/1.1"],
        ["CONNECT site.test:x HTTP/1.1"],
        ["CONNECT :443 HTTP/1.1"],
        ["CONNECT http://site.test:443 HTTP/1.1"],
        ["CONNECT me@site.test:443 HTTP/1.1"],
        ["CONNECT ::1:443 HTTP/1.1"],
        ["CONNECT [fe80::1%25eth0]:443 HTTP/1.1"],
        [""],
        ["nonsense"],
    ],
)
def test_what_is_no_request_is_refused(lines):
    with pytest.raises(BadRequest):
        parse("\r\n".join([*lines, "", ""]).encode("latin-1"))


async def test_a_head_that_never_ends_is_refused():
    async with way_out(Net()) as egress:
        with pytest.raises((ConnectionError, AssertionError)):
            assert (
                await asks(egress, f"GET http://site.test/ HTTP/1.1\r\nA: {'x' * 200_000}") == b""
            )
    assert isinstance(egress.refusal, errors.Forbidden)


async def test_over_the_cap_of_bytes_everything_breaks():
    net = Net()
    net.answer = net.endless
    async with way_out(net, caps=Caps(bytes=1_000_000)) as egress:
        with pytest.raises(ConnectionResetError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
        await egress.ended.wait()
        with pytest.raises(ConnectionError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert type(egress.judge(errors.NetworkBroken("reset"))) is errors.TooLarge


async def test_a_drip_is_broken_and_counted():
    net = Net()
    net.answer = net.dripping
    async with way_out(net, caps=Caps(idle=0.1, least=10_000)) as egress:
        for _ in range(3):
            with pytest.raises(ConnectionResetError):
                await asks(egress, "GET http://site.test/ HTTP/1.1")
        await egress.ended.wait()
    assert type(egress.over) is errors.TimedOut


async def test_silence_is_broken_but_ends_nothing():
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=Caps(idle=0.1)) as egress:
        for _ in range(4):
            with pytest.raises(ConnectionResetError):
                await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert egress.over is None


async def test_a_life_has_an_end():
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=Caps(life=0.2)) as egress:
        with pytest.raises(ConnectionResetError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert type(egress.over) is errors.TimedOut


@pytest.mark.parametrize("caps", [Caps(at_once=2), Caps(in_all=2)])
async def test_too_many_connections(caps):
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=caps) as egress:
        many = [asks(egress, "GET http://site.test/ HTTP/1.1") for _ in range(3)]
        ends = await asyncio.gather(*many, return_exceptions=True)
    assert [isinstance(end, ConnectionError) for end in ends] == [True] * 3
    assert type(egress.over) is errors.Forbidden


async def test_a_site_that_breaks_off_breaks_the_program_off():
    net = Net()

    async def breaks(reader, writer):
        writer.write(OK[:-1])
        await writer.drain()
        link = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    net.answer = breaks
    async with way_out(net) as egress:
        with pytest.raises(ConnectionResetError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")


async def test_a_large_body_passes_whole():
    net = Net()
    body = bytes(range(256)) * 100_000

    async def large(reader, writer):
        writer.write(body)
        writer.close()

    net.answer = large
    async with way_out(net) as egress:
        assert await asks(egress, "GET http://site.test/ HTTP/1.1") == body


UPSTREAM = Upstream("proxy.lan", 3128, "me", "secret")


@pytest.mark.parametrize(
    ("line", "onward"),
    [
        ("CONNECT far.test:443", b"CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n"),
        ("GET http://far.test/x", b"GET http://far.test/x HTTP/1.1\r\nHost: far.test\r\n"),
        ("CONNECT 0x5db8d822:443", b"CONNECT 93.184.216.34:443 HTTP/1.1\r\n"),
    ],
)
async def test_an_upstream_gets_names_and_its_password(line, onward):
    """A name is not resolved here: ours may be the resolver that lies."""
    net = Net({"proxy.lan": ["10.0.0.9"]}, addresses=("10.0.0.9",))
    async with way_out(net, upstream=UPSTREAM) as egress:
        assert await asks(egress, f"{line} HTTP/1.1") == OK
    assert net.dialled == [("10.0.0.9", 3128)]
    assert net.heard[0].startswith(onward)
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in net.heard[0]


LOCAL = """
127.0.0.1 127.1 2130706433 0x7f.1 0177.0.0.1 10.0.0.5 [::1] [::ffff:10.0.0.5] [fd00::5]
localhost LOCALHOST localhost. a.localhost nas nas.local router.lan db.internal 0.127.in-addr.arpa
"""


@pytest.mark.parametrize("host", LOCAL.split())
async def test_what_an_upstream_is_never_asked_for(host):
    net = Net({"proxy.lan": ["10.0.0.9"]}, addresses=("10.0.0.9",))
    async with way_out(net, upstream=UPSTREAM) as egress:
        said = await asks(egress, f"CONNECT {host}:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == []


async def test_allowed_networks_are_not_behind_the_upstream():
    net = Net(addresses=("10.20.0.1",))
    async with way_out(net, upstream=UPSTREAM, networks=("10.20.0.0/16",)) as egress:
        assert await asks(egress, "GET http://10.20.0.1:8080/ HTTP/1.1") == OK
    assert net.dialled == [("10.20.0.1", 8080)]
