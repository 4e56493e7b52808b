"""Whether something grows: a line by least squares through its samples, beside its own noise.

Samples of one process that follow each other are alike, so that their number says too much. They
are averaged in batches first, and the noise is that of the batches (batch means, Law 1977).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

HOUR = 3600.0
#: Batches; and how often its noise a slope may be before it is one. Of a hundred that are nothing,
#: one is beyond it by chance (Student's t at 18 degrees of freedom, both sides: 2.88).
BATCHES, SIGMAS = 20, 2.88

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth an hour and its standard error, in the unit of the samples; `mean` of the samples;
    `least` is a growth an hour that nobody would feel."""

    per_hour: float
    noise: float
    mean: float
    least: float = 0.0

    @property
    def flat(self) -> bool:
        """Whether it is 0 within noise. What shrinks does not grow."""
        return self.per_hour <= max(SIGMAS * self.noise, self.least)


def slope(points: Sequence[Point], least: float = 0.0) -> Slope | None:
    """Of samples (seconds, value); None for too few to say anything."""
    found = batches(points)
    if len(found) < 4:
        return None
    n = len(found)
    x = sum(at for at, _ in found) / n
    y = sum(value for _, value in found) / n
    spread = sum((at - x) ** 2 for at, _ in found)
    if not spread:
        return None
    rise = sum((at - x) * (value - y) for at, value in found) / spread
    rest = sum((value - y - rise * (at - x)) ** 2 for at, value in found)
    noise = sqrt(rest / (n - 2) / spread)
    return Slope(rise * HOUR, noise * HOUR, y, least)


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
