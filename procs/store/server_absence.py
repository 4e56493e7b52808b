"""What a process does while the server of its database is away: it waits, and asks again.

A server that restarts, or that another one takes the place of, is away for seconds; a process that
ended for it would throw away what it carries.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from procs.core import log
from procs.errors import StoreAway, StoreError

Result = TypeVar("Result")
#: Seconds before the server is asked again.
ABSENCE_PAUSE = 0.5


class ServerAbsence:
    """For one loop: when the server went, and when it came back, each said once."""

    def __init__(self, whose: str) -> None:
        self.whose = whose
        self.since: float | None = None

    def note(self, error: StoreAway) -> None:
        """The server is away."""
        if self.since is None:
            self.since = time.monotonic()
            log.warning("store.away", whose=self.whose, error=error)

    def note_either(self, error: StoreError, otherwise: str) -> None:
        """The store cannot be used: what else it is than away is logged by this word, each time."""
        if isinstance(error, StoreAway):
            self.note(error)
        else:
            log.warning(otherwise, error=error)

    def end(self) -> None:
        """The server answers."""
        since, self.since = self.since, None
        if since is not None:
            log.info("store.back", whose=self.whose, seconds=time.monotonic() - since)

    @contextmanager
    def tolerated(self) -> Iterator[None]:
        """What is done here is done later, where the server is away."""
        try:
            yield
        except StoreAway as error:
            self.note(error)
        else:
            self.end()


async def until_back(whose: str, act: Callable[[], Result]) -> Result:
    """Do what is safe to be done twice, again and again until the server answers."""
    absence = ServerAbsence(whose)
    while True:
        try:
            result = act()
        except StoreAway as error:
            absence.note(error)
            await asyncio.sleep(ABSENCE_PAUSE)
        else:
            absence.end()
            return result
