"""The messages of one account or channel, and what happened to them, counted."""

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.telegram.world import Post

#: Events of a box that are remembered for getDifference.
REMEMBERED = 100_000


@dataclass(slots=True)
class Event:
    """One step of a box: `kind` is new, edit or delete; `ids` are numbers in that box."""

    pts: int
    kind: str
    ids: list[int]


@dataclass(slots=True)
class Box:
    """The messages of one account (`owner` > 0) or channel (`owner` < 0), and their history.

    `posts` are there now; `ever` also has those that were deleted.
    """

    owner: int
    pts: int = 1
    count: int = 0
    posts: dict[int, "Post"] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    ever: dict[int, "Post"] = field(default_factory=dict)

    def note(self, kind: str, ids: list[int]) -> Event:
        self.pts += len(ids)
        event = Event(self.pts, kind, ids)
        self.events.append(event)
        del self.events[:-REMEMBERED]
        return event

    def touched(self, after: int) -> list["Post"]:
        """The messages that something happened to since `after`; all of them below 1."""
        if after < 1:
            return list(self.ever.values())
        recent = takewhile(lambda event: event.pts > after, reversed(self.events))
        return [self.ever[n] for n in sorted({n for event in recent for n in event.ids})]
