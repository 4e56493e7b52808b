"""Shrinks a failure: leaves out decisions as long as what is left fails in the same way.

First whole actors and kinds of trouble; then acts, half of them, a quarter, … one (delta debugging,
Zeller and Hildebrandt 2002); at last single decisions; and again while that brings much.
"""

import time
from collections.abc import Callable, Iterator, Sequence

from tests.simulation.decisions import STEP, Decision
from tests.simulation.episode import Outcome, Plant, play
from tests.simulation.story import Story

#: Runs after which what was reached is good enough; and the share below which it is gone on.
RUNS, ENOUGH = 300, 0.8
#: Seconds after which it is good enough whatever it is. A failure that is only seen when nothing
#: moves any more costs the whole calm in each run, seconds instead of a part of one: three hundred
#: of those look as if the shrinking hung.
BUDGET = 180.0

#: Decisions that are left out together.
Piece = list[int]


class Shrinker:
    """One failure, and how it is tried again."""

    def __init__(
        self, seed: int, outcome: Outcome, plant: Plant | None = None, budget: float = BUDGET
    ) -> None:
        assert outcome.violation is not None
        self.end = time.monotonic() + budget
        self.seed, self.plant, self.late = seed, plant, outcome.late
        self.what = outcome.violation.what
        self.best = outcome
        self.runs = 0

    def fails(self, made: Sequence[Decision]) -> bool:
        """Whether these decisions end in the same way by fewer; then they are the best so far."""
        if self.is_over:
            return False
        self.runs += 1
        outcome = play(self.seed, made=made, rests=self.late, plant=self.plant)
        if outcome.violation is None or outcome.violation.what != self.what:
            return False
        if len(outcome.made) >= len(self.best.made):
            return False
        self.best = outcome
        return True

    @property
    def is_over(self) -> bool:
        """Whether no more is tried."""
        return self.runs >= RUNS or time.monotonic() >= self.end

    def without(self, left_out: set[int]) -> bool:
        made = self.best.made
        rest = [one for at, one in enumerate(made) if at not in left_out]
        return len(rest) < len(made) and self.fails(rest)

    def run(self) -> Outcome:
        """The failure by the fewest decisions that were found to end in it."""
        for leaves in kinds(self.best.made):
            self.without({at for at, one in enumerate(self.best.made) if leaves(one)})
        size = 2 * len(self.best.made)
        while len(self.best.made) < ENOUGH * size and not self.is_over:
            size = len(self.best.made)
            self.leave_out(acts)
            self.leave_out(singles)
        return self.best

    def leave_out(self, pieces: Callable[[Outcome], list[Piece]]) -> None:
        """Leave out pieces, from the end, which matters most, to the beginning."""
        count = max(1, len(pieces(self.best)) // 2)
        while True:
            at = len(pieces(self.best))
            while at > 0 and not self.is_over:
                found = pieces(self.best)
                at = min(at, len(found))
                self.without({one for piece in found[max(0, at - count) : at] for one in piece})
                at -= count
            if count == 1 or self.is_over:
                return
            count //= 2


def kinds(made: Sequence[Decision]) -> Iterator[Callable[[Decision], bool]]:
    """What may be left out as a whole: who, and which trouble."""
    for kind in sorted({one.kind for one in made} - {STEP}):
        yield lambda one, kind=kind: one.kind == kind
    for who in sorted({one.who for one in made}, reverse=True):
        yield lambda one, who=who: one.kind == STEP and one.who == who


def acts(outcome: Outcome) -> list[Piece]:
    """The decisions of each act, by its end; any other decision by itself."""
    found: dict[tuple[int, ...], Piece] = {}
    for at, one in enumerate(outcome.made):
        act = (one.who, one.draw) if one.kind == STEP else (-1, one.draw, at)
        found.setdefault(act, []).append(at)
    return sorted(found.values(), key=lambda piece: piece[-1])


def singles(outcome: Outcome) -> list[Piece]:
    return [[at] for at in range(len(outcome.made))]


def told(shrinker: Shrinker) -> Story:
    """The story of what is left."""
    story = Story()
    made = shrinker.best.made
    plays = {"rests": shrinker.late, "plant": shrinker.plant, "observer": story}
    story.end(play(shrinker.seed, made=made, **plays))
    return story
