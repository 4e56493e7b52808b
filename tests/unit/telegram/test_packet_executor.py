"""Small packets are sealed and opened in the loop, large ones in a thread."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from procs.telegram.packet_executor import SMALL_PACKET, PacketExecutor


@pytest.fixture
def packets() -> Iterator[PacketExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield PacketExecutor(threads)


async def run(packets: PacketExecutor, packet: bytes | BytesIO) -> int:
    """The thread that a packet was worked on in."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(packets, lambda _: threading.get_ident(), packet)


@pytest.mark.parametrize("packet", [bytes(SMALL_PACKET), BytesIO(bytes(SMALL_PACKET))])
async def test_a_small_packet_wakes_no_thread(packets, packet):
    assert await run(packets, packet) == threading.get_ident()


@pytest.mark.parametrize("packet", [bytes(SMALL_PACKET + 1), BytesIO(bytes(SMALL_PACKET + 1))])
async def test_a_large_packet_does_not_hold_the_loop(packets, packet):
    assert await run(packets, packet) != threading.get_ident()


async def test_a_small_packet_stays_behind_a_large_one(packets):
    loop, order, gate = asyncio.get_running_loop(), [], threading.Event()

    def work(packet: bytes) -> None:
        gate.wait()
        order.append(len(packet))

    both = [loop.run_in_executor(packets, work, bytes(length)) for length in (SMALL_PACKET + 1, 1)]
    gate.set()
    await asyncio.gather(*both)

    assert order == [SMALL_PACKET + 1, 1]


async def test_a_packet_that_is_not_ours_raises_in_its_caller(packets):
    def refuse(packet: bytes) -> None:
        raise ValueError("not a packet of this key")

    with pytest.raises(ValueError, match="not a packet"):
        await asyncio.get_running_loop().run_in_executor(packets, refuse, b"")
