"""Whether something grows: a line by least squares through its samples, beside its own noise.

Samples of one process that follow each other are alike, so that their number says too much. They
are averaged in batches first, and the noise is that of the batches (batch means, Law 1977).

What grows once and stays so, as an allocator's arena or a cache that is full by then, has a slope
too, the larger the shorter the run is. A leak goes on: so both halves of the samples have to rise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

HOUR = 3600.0
#: Batches; and how often its noise a slope may be before it is one. Of a thousand that are nothing,
#: one is beyond it by chance (Student's t at 18 degrees of freedom, one side: 3.61): a soak has two
#: dozen series that vary, and should name one of them by chance in one of forty runs.
BATCHES, SIGMAS = 20, 3.61
#: The same for an interval that holds the true slope in 95 of 100 runs.
STUDENT = 2.10

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth an hour and its standard error, in the unit of the samples; `mean` of the samples;
    `least` is a growth an hour that nobody would feel; `halves` the growth of the first and of the
    second half of the samples."""

    per_hour: float
    noise: float
    mean: float
    least: float = 0.0
    halves: tuple[float, float] = (inf, inf)

    @property
    def within(self) -> float:
        """By how much the true slope may be another one, either way (95 %): what grows by less than
        that is not seen in so short a run."""
        return STUDENT * self.noise

    @property
    def flat(self) -> bool:
        """Whether it is 0 within noise, or does not go on. What shrinks does not grow."""
        is_noise = self.per_hour <= max(SIGMAS * self.noise, self.least)
        return is_noise or min(self.halves) <= self.least


def slope(points: Sequence[Point], least: float = 0.0) -> Slope | None:
    """Of samples (seconds, value); None for too few to say anything."""
    found = sorted(batches(points))
    middle = len(found) // 2
    whole, *halves = map(line, (found, found[:middle], found[middle:]))
    if len(found) < 4 or whole is None or None in halves:
        return None
    rise, noise, mean = whole
    first, second = (half[0] * HOUR for half in halves if half)
    return Slope(rise * HOUR, noise * HOUR, mean, least, (first, second))


def line(points: Sequence[Point]) -> tuple[float, float, float] | None:
    """The rise a second of a line through points by least squares, its standard error, and the mean
    of their values; None where there is no line."""
    n = len(points)
    x = sum(at for at, _ in points) / max(n, 1)
    y = sum(value for _, value in points) / max(n, 1)
    spread = sum((at - x) ** 2 for at, _ in points)
    if not spread:
        return None
    rise = sum((at - x) * (value - y) for at, value in points) / spread
    rest = sum((value - y - rise * (at - x)) ** 2 for at, value in points)
    return rise, sqrt(rest / max(n - 2, 1) / spread), y


def batches(points: Sequence[Point]) -> list[Point]:
    """The mean of each stretch of time."""
    ordered = sorted(points)
    if len(ordered) < 2:
        return list(ordered)
    first, last = ordered[0][0], ordered[-1][0]
    wide = (last - first) / BATCHES or 1.0
    held: dict[int, list[Point]] = {}
    for point in ordered:
        held.setdefault(min(BATCHES - 1, int((point[0] - first) / wide)), []).append(point)
    return [
        (sum(at for at, _ in some) / len(some), sum(value for _, value in some) / len(some))
        for some in held.values()
    ]
