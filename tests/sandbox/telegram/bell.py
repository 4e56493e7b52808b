"""Waiting for something to become true, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Rung at every change; those who wait look again."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def ring(self) -> None:
        self.event.set()
        self.event = asyncio.Event()

    async def until(self, look: Callable[[], T], timeout: float) -> T:
        """The first truthy answer of `look`, or its last one when `timeout` seconds are over."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := look()):
                    await self.event.wait()
                return found
        except TimeoutError:
            return look()
