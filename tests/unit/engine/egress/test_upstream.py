"""The way out through the operator's own proxy."""

import asyncio
from contextlib import suppress

import pytest

from procs import errors
from tests.sandbox.way_out import SECOND, TOLD, UPSTREAM, Net, asks, way_out


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
