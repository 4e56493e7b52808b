"""Whether the buttons of a storm worked: who pressed in vain, and how many never could press.

A press whose answer is lost is no fault in a storm, nor is a film that comes before its card or its
end. So a storm in which no button works looks like one in which nobody wanted to press: what tells
them apart is how many it befell, and when.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tests.chaos.spans import Spans, meets

if TYPE_CHECKING:
    from tests.chaos.crowd import Asked

NEVER = "never pressed"
#: The share of those with a card that may never come to choose from it, and of those who pressed
#: "cancel" that may never hear of it, which a film that came first may have ended; and how many of
#: each are too few to say anything: a bot that stands still keeps two or three from cancelling.
FEW, OVERTAKEN = (0.05, 1), (0.35, 3)
#: Seconds in which a press is answered; what a trouble broke may be felt so long after it; and how
#: many presses without an answer are no accident.
ANSWERED, FELT, VAIN = 3.0, 30.0, 2


def unheard(asked: Sequence["Asked"], troubles: Iterable[Spans]) -> list[str]:
    """What was wrong with the buttons, in a sentence each; `troubles` are spans by kind."""
    spans = [span for kind in troubles for span in kind]
    choosers = [one for one in asked if one.deed == "press"]
    never = [one for one in choosers if one.free == NEVER]
    leaving = [one for one in asked if one.deed == "cancel" and one.tries]
    lost = [one for one in leaving if not one.free]
    found = [*too_many(never, choosers, FEW, "never chose from a card")]
    found += too_many(lost, leaving, OVERTAKEN, "never heard of what they cancelled")
    return found + [f"{one.name} pressed in vain" for one in (*never, *lost) if in_vain(one, spans)]


def too_many(
    few: Sequence["Asked"], of: Sequence["Asked"], bounds: tuple[float, int], deed: str
) -> Iterator[str]:
    """Say it when these are more than a share of those who could have, and no single ones."""
    share, several = bounds
    if len(few) > max(several, share * len(of)):
        yield f"{len(few)} of {len(of)} {deed}"


def in_vain(one: "Asked", spans: Spans) -> bool:
    """Whether a person pressed again and again without an answer while nothing was wrong."""
    return sum(not meets(at, at + ANSWERED, spans, FELT) for at in one.tries) >= VAIN
