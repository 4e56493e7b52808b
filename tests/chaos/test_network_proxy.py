"""The proxy that makes a way bad: what passes, what is late, what is cut, and what is dead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from types import SimpleNamespace

import pytest
import pytest_asyncio

from tests.chaos.network_proxy import NetworkProxy
from tests.chaos.troubles import network_troubles
from tests.chaos.troubles.trouble_parts import Unmet

WORDS = b"some words"


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while words := await reader.read(1 << 16):
        writer.write(words)
        await writer.drain()
    writer.close()


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[NetworkProxy]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with NetworkProxy(f"127.0.0.1:{port}") as one:
        yield one
    server.close()


@asynccontextmanager
async def connected(proxy: NetworkProxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    yield reader, writer
    writer.close()


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(WORDS)
    return await reader.readexactly(len(WORDS))


async def test_what_comes_in_goes_out_on_both_sides(proxy):
    async with connected(proxy) as (reader, writer):
        assert await said(reader, writer) == WORDS
        writer.write_eof()
        assert await reader.read() == b""


async def test_a_slow_way_is_slow_in_both_directions_and_afterwards_as_before(proxy):
    loop = asyncio.get_running_loop()
    async with connected(proxy) as (reader, writer):
        async with proxy.worse(delay=0.1):
            began = loop.time()
            assert await said(reader, writer) == WORDS
            assert loop.time() - began >= 0.2
        assert proxy.delays == []


async def test_a_reset_ends_all_connections_and_new_ones_work(proxy):
    async with connected(proxy) as (reader, writer):
        await said(reader, writer)
        assert proxy.reset() == 1
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(reader, writer)
    async with connected(proxy) as (reader, writer):
        assert await said(reader, writer) == WORDS


async def test_a_dead_connection_stays_open_and_says_nothing_and_new_ones_work(proxy):
    async with connected(proxy) as (reader, writer):
        await said(reader, writer)
        (dead,) = proxy.deaden()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(said(reader, writer), 0.1)
        assert not reader.at_eof()
        async with connected(proxy) as other:
            assert await said(*other) == WORDS
        dead.reset()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


async def test_the_server_learns_at_once_that_a_client_is_gone_by_a_dead_or_a_slow_way_too(proxy):
    async with proxy.worse(delay=60.0):
        async with connected(proxy) as (_, writer):
            writer.write(WORDS)
            await writer.drain()
            proxy.deaden()
        async with asyncio.timeout(5):
            while proxy.open:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["reset", "slow", "half_open"])
async def test_a_way_on_which_nobody_is_cannot_become_bad(proxy, monkeypatch, kind):
    monkeypatch.setattr(network_troubles, "MEETS", 0.0)
    storm = SimpleNamespace(stack=SimpleNamespace(site_way=proxy))

    with pytest.raises(Unmet):
        await getattr(network_troubles, kind)("site")(storm, Random(1))
    assert proxy.delays == []
