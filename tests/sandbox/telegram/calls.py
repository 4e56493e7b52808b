"""The call log: what the clients asked, when, and what they were told."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from itertools import chain
from typing import Any

from tests.sandbox.telegram.bell import Bell

#: Entries kept; the oldest go first, but for what a verdict is about at the end of hours: calls
#: that were refused for their rate, and what the bot showed while it was at work.
KEPT = 200_000
REFUSED, SHOWN = "FLOOD_", "messages.setTyping"


@dataclass(slots=True)
class Entry:
    """One call. `result` is "" while it runs, then ok, the error's text, or unanswered. `key` and
    `session` in hex. `took` in seconds; `age` is how long ago its message id was made, and `behind`
    how far that may be behind the server's time (`writing_times`). `bunched`: it was refused for
    its rate, and would not have been had it arrived when it was written. `beside`: what rate that
    was, and the calls that filled it."""

    at: float
    method: str
    account: int
    key: str
    session: str
    connection: int
    peer: int = 0
    random_id: int = 0
    result: str = ""
    took: float = 0.0
    age: float = 0.0
    behind: float = 0.0
    bunched: bool = False
    beside: str = ""

    @property
    def written(self) -> tuple[float, float]:
        """The instants between which it was written."""
        numbered = self.at - self.age
        return numbered + min(self.behind, 0.0), numbered + self.behind


class Calls:
    def __init__(self) -> None:
        self.entries: deque[Entry] = deque()
        #: Those of the oldest that are never forgotten; one that was not over may become one.
        self.older: list[Entry] = []
        self.bell = Bell()

    def begin(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        while len(self.entries) > KEPT:
            oldest = self.entries.popleft()
            if oldest.method == SHOWN or not oldest.result or oldest.result.startswith(REFUSED):
                self.older.append(oldest)
        self.bell.ring()
        return entry

    def end(self, entry: Entry, result: str) -> None:
        entry.result = result
        entry.took = time.time() - entry.at
        self.bell.ring()

    def refusals(self) -> Iterator[Entry]:
        """The calls that were refused for their rate."""
        return (one for one in chain(self.older, self.entries) if one.result.startswith(REFUSED))

    def find(self, method: str = "*", **facts: Any) -> Iterator[Entry]:
        """Entries of a method (`messages.send*` works) whose fields are as told."""
        for entry in chain(self.older, self.entries):
            if fnmatch(entry.method, method) and matches(entry, facts):
                yield entry


def matches(entry: Entry, facts: dict[str, Any]) -> bool:
    return all(getattr(entry, name) == value for name, value in facts.items() if value is not None)


def as_dict(entry: Entry) -> dict[str, Any]:
    return asdict(entry)
