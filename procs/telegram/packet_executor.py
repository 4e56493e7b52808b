"""Seals and opens the packets of a connection: small ones at once, in the event loop.

The library gives each packet to a thread, because ciphering half a megabyte takes milliseconds. A
packet of a call or an update takes 30 us, and the way to a thread and back costs four times that:
two wake-ups, and the interpreter's lock changes hands. Only large packets are worth it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from io import BytesIO
from typing import Any

from pyrogram.raw.core import Message

#: Bytes up to which a packet is not given to a thread.
SMALL_PACKET = 8192


class PacketExecutor(Executor):
    """Stands before the threads that a connection of the library has; used by the loop alone."""

    def __init__(self, threads: Executor) -> None:
        self.threads = threads
        #: The latest packet that a thread was given: those behind it follow it there.
        self.given: asyncio.Future[Any] | None = None

    def submit(  # type: ignore[override]
        self, work: Callable[..., Any], /, *args: Any, **facts: Any
    ) -> asyncio.Future[Any]:
        """What `work` makes of the packet, its first argument: a future of the running loop, which
        takes one for what it made of a thread's. Raises as `work` for a small packet."""
        busy = self.given is not None and not self.given.done()
        if busy or size(args[0]) > SMALL_PACKET:
            self.given = asyncio.wrap_future(self.threads.submit(work, *args, **facts))
            return self.given
        done = asyncio.get_running_loop().create_future()
        done.set_result(work(*args, **facts))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads, as any Executor does."""
        self.threads.shutdown(wait, cancel_futures=cancel_futures)


def size(packet: Message | BytesIO | bytes) -> int:
    """Bytes of a packet: of a message to be sealed, of one to be opened, or of a stream's piece."""
    if isinstance(packet, Message):
        return int(packet.length)
    return packet.getbuffer().nbytes if isinstance(packet, BytesIO) else len(packet)
