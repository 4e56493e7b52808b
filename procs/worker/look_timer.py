"""Looks again and again while a worker sleeps, by a timer's call alone: a task that is woken for it
costs a sleeping worker twice as much."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from procs.errors import StoreError


@contextmanager
def looks(interval: float, look: Callable[[], bool], found: Callable[[], None]) -> Iterator[None]:
    """Call `look` every `interval` seconds until it finds something, then `found`, once. What
    cannot look has found something too: who wakes up meets the same failure, and handles it."""
    loop = asyncio.get_running_loop()
    timer = loop.call_later(interval, lambda: once())

    def once() -> None:
        nonlocal timer
        is_found = True
        try:
            with suppress(StoreError):
                is_found = look()
        finally:
            if is_found:
                found()
            else:
                timer = loop.call_later(interval, once)

    try:
        yield
    finally:
        timer.cancel()
