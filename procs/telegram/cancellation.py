"""Cancellation that arrives.

Before Python 3.12 `asyncio.wait_for` forgets a cancellation that comes in the same turn of the loop
as the end of what it waits for (github.com/python/cpython/issues/86296). Pyrogram connects through
it: a task that was cancelled just then goes on connecting, for ever where Telegram cannot be
reached.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
#: Seconds after which a task that goes on is cancelled once more.
RECANCEL = 1.0


async def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, in a task of its own that is over when this is: it is cancelled with
    who waits for it, until it obeys. Raises what `work` raises."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        await cancel(task)
    return task.result()


async def cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a task until it is over. What it raises then is told to who asks for its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=RECANCEL)
    if not task.cancelled():
        task.exception()  # else it is told as one that nobody asked for
