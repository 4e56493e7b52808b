"""For a process that keeps all it heard, for hours: its collector of garbage leaves that alone.

A full collection looks at every object, of which each message leaves some hundred, and nobody is
answered meanwhile, which would be measured as the product's time.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Seconds between two times at which what is there is counted as kept.
EVERY = 5.0


@asynccontextmanager
async def kept_apart() -> AsyncIterator[None]:
    """Every few seconds, what was not garbage by then is never looked at again. What becomes
    garbage in a circle later stays: little beside what is kept."""
    task = asyncio.create_task(keep_apart(), name="long-heap")
    try:
        yield
    finally:
        task.cancel()
        gc.unfreeze()


async def keep_apart() -> None:
    while True:
        await asyncio.sleep(EVERY)
        gc.collect(1)
        gc.freeze()
