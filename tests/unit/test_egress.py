"""The way out, with an internet of the test's own: names, addresses and servers on loopback."""

import asyncio
import socket
import threading
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import pytest

from procs import errors
from procs.engine import lookup
from procs.engine.egress import MIB, Caps, Egress
from procs.engine.heads import BadRequest, parse
from procs.engine.policy import policy
from procs.engine.routes import Routes, Upstream, connect, is_own, literal
from procs.engine.tunnel import Tunnel

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
async def way_out(net, *, caps=None, networks=(), ports=(80, 443), upstream=None):
    """A proxy on a port of loopback. Gives it, with `said` as everything it ended for."""
    server = await asyncio.start_server(net.serve, "127.0.0.1")
    net.port = server.sockets[0].getsockname()[1]
    routes = Routes(policy(networks, ports), upstream, net.resolve, net.connect)
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
            "Max-Forwards: 0",
            "Upgrade: h2c",
            "X-Kept: yes",
        )
    assert said == TOLD
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
        ({"site.test": ["2001:4188:2:600:10:10:34:36"]}, errors.SiteFiltered),
        ({"site.test": [PUBLIC, "10.10.34.34"]}, errors.SiteFiltered),
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
        assert await asks(egress, "GET http://site.test/ HTTP/1.1") == TOLD
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
        await asks(egress, f"{line} HTTP/1.1", *(["", "x"] if "CONNECT" in line else []))
    assert net.dialled == [(PUBLIC, port)]


@pytest.mark.parametrize(("port", "open"), [(80, False), (443, True), (8080, True), (8081, False)])
async def test_ports_are_the_operators_choice(port, open):
    net = Net()
    async with way_out(net, ports=(443, 8080)) as egress:
        said = await asks(egress, f"CONNECT site.test:{port} HTTP/1.1", "", "x")
    assert said.startswith(b"HTTP/1.1 200" if open else b"HTTP/1.1 403")
    assert net.dialled == ([(PUBLIC, port)] if open else [])


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
        ["CONNECT site.test:65536 HTTP/1.1"],
        ["CONNECT site.test:99999 HTTP/1.1"],
        ["CONNECT site.test:+443 HTTP/1.1"],
        ["CONNECT site.test:443/x HTTP/1.1"],
        ["CONNECT site.test,other.test:443 HTTP/1.1"],
        ["CONNECT 127.0.0.1#@site.test:443 HTTP/1.1"],
        ["CONNECT [::ffff:127.0.0.1%0]:443 HTTP/1.1"],
        ["CONNECT site.test:443 HTTP/1.1", "X: a\rY: b"],
        ["TRACE http://site.test/ HTTP/1.1"],
        ["TRACK http://site.test/ HTTP/1.1"],
        ["GET http://site.test\\@127.0.0.1\x00/ HTTP/1.1"],
        ["GET http://127.0.0.1;site.test/ HTTP/1.1"],
        ["POST http://site.test/ HTTP/1.1", "Transfer-Encoding: chunked"],
        ["POST http://site.test/ HTTP/1.1", "transfer-encoding: identity"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: 5", "Content-Length: 6"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: 5", "content-length: 5"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: +5"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: 5, 5"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: 0x5"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length:"],
        ["POST http://site.test/ HTTP/1.1", "Content-Length: \xb2"],
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
        writer.write(REST + body)
        writer.close()

    net.answer = large
    async with way_out(net) as egress:
        said = await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert said.partition(b"\r\n\r\n")[2] == body


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
        assert (await asks(egress, f"{line} HTTP/1.1")).startswith(b"HTTP/1.1 200 ")
    assert net.dialled == [("10.0.0.9", 3128)]
    assert net.heard[0].startswith(onward)
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in net.heard[0]


def upstream_says(answer, and_then=b""):
    """An upstream that answers a CONNECT so, keeps listening, and remembers what it hears next."""
    net = Net({"proxy.lan": ["10.0.0.9"]}, addresses=("10.0.0.9",))
    net.after = b""

    async def speaks(reader, writer):
        writer.write(answer)
        await writer.drain()
        with suppress(ConnectionError):
            net.after = await reader.read(100)
            writer.write(and_then)
        writer.close()

    net.answer = speaks
    return net


SECOND = b"GET http://10.0.0.5/ HTTP/1.1\r\nHost: 10.0.0.5\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", errors.ProxyBroken),
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 2\r\n\r\nno", errors.ProxyBroken),
        (b"HTTP/1.1 502 Away\r\nContent-Length: 0\r\n\r\n", errors.NetworkBroken),
        (b"HTTP/1.1 504 Away\r\n\r\n", errors.NetworkBroken),
        (b"HTTP/1.1 100 Continue\r\n\r\n", errors.ProxyBroken),
        (b"SSH-2.0-x\r\n\r\n", errors.ProxyBroken),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000, errors.ProxyBroken),
    ],
)
async def test_an_upstream_that_refuses_hears_no_more(answer, kind):
    """What the program says next would be a request to the upstream that nobody has judged."""
    net = upstream_says(answer)
    async with way_out(net, upstream=UPSTREAM) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        writer.write(b"CONNECT far.test:443 HTTP/1.1\r\n\r\n" + SECOND)
        assert (await reader.readline()).startswith(b"HTTP/1.1 502")
        writer.write(SECOND)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
    assert net.after == b""
    assert type(egress.judge(errors.NetworkBroken("seen"))) is kind


async def test_what_comes_with_an_upstreams_consent_is_kept():
    net = upstream_says(b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\nearly ", b"late")
    async with way_out(net, upstream=UPSTREAM) as egress:
        said = await asks(egress, "CONNECT far.test:443 HTTP/1.1", "", "word")
    assert said == b"HTTP/1.1 200 Connection established\r\n\r\nearly late"
    assert net.after.startswith(b"word")


@pytest.mark.parametrize("upstream", [None, UPSTREAM])
@pytest.mark.parametrize("together", [True, False])
async def test_one_request_a_connection(upstream, together):
    """Also where the first answer leaves the connection open: the second request goes nowhere."""
    net = Net({"proxy.lan": [PUBLIC]})
    second = asyncio.Event()

    async def keeps_listening(reader, writer):
        writer.write(OK)
        with suppress(ConnectionError):
            if await reader.read(1):
                second.set()
        writer.close()

    net.answer = keeps_listening
    async with way_out(net, upstream=upstream) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        first = b"GET http://site.test/ HTTP/1.1\r\n\r\n"
        writer.write(first + SECOND if together else first)
        if not together:
            assert await reader.readexactly(len(TOLD)) == TOLD
            writer.write(SECOND)
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert not second.is_set()
    assert len(net.heard) == (0 if together else 1)


async def test_a_body_goes_on_to_its_end_and_no_further():
    net = Net()
    heard = []

    async def listens(reader, writer):
        heard.append(await reader.readexactly(5))
        writer.write(OK)
        heard.append(await reader.read())
        writer.close()

    net.answer = listens
    async with way_out(net) as egress:
        reader, writer = await asyncio.open_connection("127.0.0.1", egress.port)
        writer.write(b"POST http://site.test/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
        writer.write(b"cde")
        assert await reader.readexactly(len(TOLD)) == TOLD
        writer.write(b"f")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
    assert heard[0] == b"abcde"
    assert b"".join(heard[1:]) == b""


async def test_this_machines_own_public_address_is_not_visited():
    net = Net()
    async with way_out(net) as egress:
        object.__setattr__(egress.routes, "own", lambda address: str(address) == PUBLIC)
        said = await asks(egress, "CONNECT site.test:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    assert "own address" in egress.refusal.detail


@pytest.mark.parametrize(
    ("address", "own"), [("127.0.0.1", True), ("::1", True), ("192.0.2.7", False)]
)
def test_which_addresses_are_the_machines_own(address, own):
    assert is_own(ip_address(address)) is own


async def test_names_that_nobody_answers_for_hold_up_no_other_job():
    asked = []

    async def never(host):
        asked.append(host)
        await asyncio.Event().wait()

    net = Net()
    async with way_out(net) as slow, way_out(Net()) as other:
        object.__setattr__(slow, "routes", Routes(resolve=never).of(()))
        words = (f"CONNECT x{n}.test:443 HTTP/1.1" for n in range(20))
        many = [asyncio.create_task(asks(slow, word)) for word in words]
        while len(asked) < lookup.QUESTIONS_AT_ONCE:
            await asyncio.sleep(0.01)
        assert await asks(other, "GET http://site.test/ HTTP/1.1") == TOLD
        assert len(asked) == lookup.QUESTIONS_AT_ONCE
        for one in many:
            one.cancel()
        await asyncio.wait(many)


async def test_the_system_is_asked_in_a_thread_of_its_own(monkeypatch):
    """However many questions hang, the next one is answered."""
    hang = threading.Event()
    real = socket.getaddrinfo

    def hanging(host, *rest, **more):
        if host == "hangs.test":
            hang.wait(30)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    stuck = [asyncio.create_task(lookup.system("hangs.test")) for _ in range(50)]
    try:
        assert await asyncio.wait_for(lookup.system("127.1"), 5) == ["127.0.0.1"]
    finally:
        for one in stuck:
            one.cancel()
        await asyncio.wait(stuck)
        hang.set()


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test", ".", "-"])
async def test_a_name_that_is_none_is_no_crash(host):
    net = Net()
    net.resolve = lookup.system
    async with way_out(net) as egress:
        said = await asks(egress, f"CONNECT {host}:443 HTTP/1.1")
    assert said[:12] in (b"HTTP/1.1 403", b"HTTP/1.1 502")


async def test_a_cut_rest_is_broken_off_too():
    """The site has ended well, but its last words still wait for a slow reader: to drop them and
    end well would make the body look whole."""
    net = Net()

    async def much(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(16 * MIB))
        writer.close()

    net.answer = much
    async with way_out(net, caps=Caps(idle=0.3, least=10**9)) as egress:
        with socket.create_connection(("127.0.0.1", egress.port)) as link:
            link.sendall(b"GET http://site.test/ HTTP/1.1\r\n\r\n")
            while not egress.tunnels:
                await asyncio.sleep(0.01)
            while egress.tunnels:
                await asyncio.sleep(0.01)
            with pytest.raises(ConnectionResetError):
                sum(len(piece) for piece in iter(lambda: link.recv(65536), b""))


async def test_while_a_job_moves_its_quiet_connections_are_no_drip():
    net = Net()

    async def answer(reader, writer):
        word = await reader.readline()
        while not writer.is_closing():
            writer.write(bytes(100_000 if b"fast" in word else 1))
            await asyncio.sleep(0.02)

    net.serve = answer
    async with way_out(net, caps=Caps(idle=0.1, least=10_000)) as egress:

        async def once(host):
            with suppress(ConnectionError):
                await asks(egress, "CONNECT site.test:443 HTTP/1.1", "", host)

        fast = asyncio.create_task(once("fast"))
        for _ in range(5):
            await once("slow")
        assert egress.over is None
        fast.cancel()
        await asyncio.wait([fast])


async def test_after_the_end_nobody_is_let_in():
    """A connection may have been accepted just before."""
    theirs, ours = socket.socketpair()
    async with way_out(Net()) as egress:
        egress.close()
        late = Tunnel(egress).program
        await asyncio.get_running_loop().connect_accepted_socket(lambda: late, ours)
        with theirs:
            assert theirs.recv(1) == b""
    assert egress.tunnels == set()


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
        assert await asks(egress, "GET http://10.20.0.1:8080/ HTTP/1.1") == TOLD
    assert net.dialled == [("10.20.0.1", 8080)]
