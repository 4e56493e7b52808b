"""The updates that are being handled, so that none is handled beside its own repeat."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

#: What names an update: (chat, message, second of the edit) or the like, and its words. Of two
#: edits in one second the words tell them apart.
Key = tuple[object, ...]


class Handlings:
    """The tasks that handle updates, by the key of their update."""

    def __init__(self) -> None:
        self.tasks: dict[Key, asyncio.Task[None]] = {}

    @property
    def running(self) -> set[asyncio.Task[None]]:
        """The tasks that have not ended."""
        return set(self.tasks.values())

    def has(self, key: Key) -> bool:
        """Whether an update repeats one that is being handled. An edit that brings back, within the
        second, the words of an earlier one does not: other words came in between."""
        if key not in self.tasks:
            return False
        newest = next(one for one in reversed(self.tasks) if one[:2] == key[:2])
        return newest == key or newest[2] != key[2]

    def begin(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        """Handle an update in a task; behind an earlier one of the same key it ends no sooner."""
        before = self.tasks.pop(key, None)
        task = asyncio.ensure_future(work if before is None else beside(before, work))
        self.tasks[key] = task
        task.add_done_callback(partial(self.end, key))

    def end(self, key: Key, task: asyncio.Task[None]) -> None:
        """Forget a task that ended, unless a later one has its key."""
        if self.tasks.get(key) is task:
            del self.tasks[key]


async def beside(before: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
    """Do the work, and end no sooner than what was begun before it."""
    await work
    await asyncio.wait({before})
