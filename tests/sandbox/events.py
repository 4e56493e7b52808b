"""Waiting for what nobody announces."""

import asyncio
from collections.abc import Callable

#: Seconds that something may take on a busy machine.
SOON = 10.0


async def until(true: Callable[[], object], within: float = SOON) -> None:
    """Return as soon as it is true. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)
