"""Packets in the abridged form, small and large, and connections that end or fall silent."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from procs.telegram.plain_transport import SMALL_BODY, PlainTransport

SIZES = (4, 504, 508, SMALL_BODY, SMALL_BODY + 4, 600_000)


class Peer:
    """The other end of one connection."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.arrived.set()

    async def hears(self) -> bytes:
        """The next packet, read by the rules of the page."""
        head = await self.reader.readexactly(1)
        if head == b"\x7f":
            head = await self.reader.readexactly(3)
        return await self.reader.readexactly(4 * int.from_bytes(head, "little"))

    def says(self, packet: bytes) -> None:
        words = len(packet) // 4
        head = bytes((words,)) if words < 127 else b"\x7f" + words.to_bytes(3, "little")
        self.writer.write(head + packet)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    server = await asyncio.start_server(peer.meet, "127.0.0.1", 0)
    peer.address = server.sockets[0].getsockname()[:2]
    yield peer
    server.close()


@pytest.fixture
async def transport(peer) -> AsyncIterator[PlainTransport]:
    transport = PlainTransport(loop=asyncio.get_running_loop())
    await transport.connect(peer.address)
    await peer.arrived.wait()
    assert await peer.reader.readexactly(1) == b"\xef"
    yield transport
    await transport.close()
    peer.writer.close()


@pytest.mark.parametrize("size", SIZES)
async def test_a_packet_of_any_size_arrives_as_it_left(peer, transport, size):
    packet = os.urandom(size)
    sending = asyncio.create_task(transport.send(packet))
    assert await peer.hears() == packet
    await sending
    peer.says(packet)
    assert await transport.recv() == packet


async def test_packets_that_come_in_one_piece_are_told_apart(peer, transport):
    for packet in (b"abcd", b"efghijkl"):
        peer.says(packet)
    assert [await transport.recv(), await transport.recv()] == [b"abcd", b"efghijkl"]


async def test_a_packet_that_comes_in_pieces_is_read_whole(peer, transport):
    receiving = asyncio.create_task(transport.recv())
    for piece in (b"\x02", b"abc", b"defgh"):
        peer.writer.write(piece)
        await asyncio.sleep(0.01)
    assert await receiving == b"abcdefgh"


async def test_a_connection_that_ends_has_no_more_packets(peer, transport):
    peer.writer.write(b"\x02abc")
    peer.writer.close()
    assert await transport.recv() is None


async def test_a_connection_that_falls_silent_is_over(peer, transport, monkeypatch):
    monkeypatch.setattr(PlainTransport, "TIMEOUT", 0.05)
    peer.writer.write(b"\x02abc")
    assert await transport.recv() is None


async def test_nothing_is_written_to_a_closed_connection(peer, transport):
    await transport.close()
    await transport.send(b"abcd")
    assert await peer.reader.read() == b""


async def test_a_packet_is_not_written_before_the_socket_took_the_one_before(peer, transport):
    large = os.urandom(8 << 20)
    first, second = (asyncio.create_task(transport.send(packet)) for packet in (large, b"abcd"))
    await asyncio.sleep(0)
    second.cancel()
    assert await peer.hears() == large
    await first
    await transport.close()
    assert await peer.reader.read() == b""
