"""What the way out takes for a request, and how much of it goes on to the site."""

import asyncio
import socket
from contextlib import suppress

import pytest

from procs import errors
from procs.engine.egress.http_head import BadRequest, parse
from tests.sandbox.way_out import OK, PUBLIC, REST, SECOND, TOLD, UPSTREAM, Net, asks, way_out


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
