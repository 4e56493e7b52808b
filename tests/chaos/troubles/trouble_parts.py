"""What troubles are made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

#: Whether what a trouble broke works again.
Recovered = Callable[[], bool]
#: Lets a trouble happen, and returns when it is over by itself: from then on recovery counts.
Play = Callable[["Storm", Random], Awaitable[Recovered]]


class Unmet(Exception):
    """There was nobody whom the trouble could befall."""


class Impossible(Exception):
    """This machine cannot have the trouble: says what it needs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`share` of all troubles, in thousandths; `alone`: nothing else goes wrong meanwhile; `asks`
    is what somebody does so that it finds them: they ask for a film of their own, or a known one.
    """

    play: Play
    share: int
    alone: bool = False
    asks: str = "stream"


def delivers(storm: "Storm") -> Recovered:
    """Something is delivered that was not when the trouble was over: counted at this moment, since
    the last look may be older than the trouble."""
    storm.watch.count()
    before = storm.watch.delivered
    return lambda: storm.watch.delivered > before or storm.nothing_to_do()


def fetches(storm: "Storm") -> Recovered:
    """Something is downloaded and delivered that no worker had in hand when the trouble was over:
    what is known already comes without the engine and the site, and without room on the disk."""
    sends = delivers(storm)
    known = storm.watch.downloads()

    def again() -> bool:
        fresh = (fence > known.get(job, 0) for job, fence in storm.watch.fetched.items())
        return any(fresh) or storm.nothing_to_do()

    return lambda: sends() and again()


def accepts(storm: "Storm") -> Recovered:
    """A message that was written meanwhile or afterwards is a request; once all are written there
    is none to be seen, and the verdict says which is missing."""
    storm.watch.count()
    before = storm.watch.accepted
    return lambda: storm.watch.accepted > before or storm.asking.done()
