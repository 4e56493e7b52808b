"""A sleeping worker looks by itself now and then, and is woken when it found something."""

import asyncio

from procs.errors import StoreAway
from procs.worker.look_timer import looks


async def test_it_looks_until_there_is_something():
    there, found = iter([False, False, True]), asyncio.Event()
    with looks(0.01, lambda: next(there), found.set):
        await asyncio.wait_for(found.wait(), 5)
    assert next(there, None) is None


async def test_a_look_that_fails_wakes_who_handles_it():
    found = asyncio.Event()

    def fail() -> bool:
        raise StoreAway("the server is away")

    with looks(0.01, fail, found.set):
        await asyncio.wait_for(found.wait(), 5)


async def test_nothing_is_looked_at_after_the_end():
    seen: list[int] = []
    with looks(0.01, lambda: bool(seen.append(1)), lambda: None):
        await asyncio.sleep(0.05)
    count = len(seen)
    await asyncio.sleep(0.05)
    assert len(seen) == count > 0
