"""Memory that a process needed for a moment goes back to the machine."""

import asyncio
import ctypes
from pathlib import Path

from procs import start
from procs.core.memory import unused_heap

#: Pieces that are freed below one that is not, and bytes of each: malloc keeps them all.
PIECES, BYTES = 20_000, 1_500


def resident():
    """Bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def needed_for_a_moment():
    """The bytes that lie in memory, of which half and more of the pieces are not used."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    pieces = [libc.malloc(BYTES) for _ in range(PIECES)]
    for piece in pieces:
        ctypes.memset(piece, 1, BYTES)
    libc.malloc(BYTES)
    for piece in pieces:
        libc.free(piece)
    return resident()


def test_a_process_gives_back_what_it_needed_at_its_start_and_later(monkeypatch):
    monkeypatch.setattr(unused_heap, "STARTED", 0.0)
    monkeypatch.setattr(unused_heap, "REST", 0.0)

    async def work():
        for _ in ("at the start", "later"):
            held = needed_for_a_moment()
            async with asyncio.timeout(10):
                while resident() > held - PIECES * BYTES / 2:
                    await asyncio.sleep(0)
        return "done"

    assert asyncio.run(start.lean(work())) == "done"
