"""Whether something grows: the slope of its samples by Theil and Sen, beside what chance would do.

The slope is the median of the slopes between all pairs of samples, and its interval are those of
them that are as many ranks from the middle as Kendall's test allows (Sen 1968): no distribution is
assumed, and one step or a few wild samples move it little. Samples of one process that follow each
other are alike, so that their number says too much: they are averaged in batches first.

What grows once and stays so, as an allocator's arena or a cache that is full by then, has a slope
too, the larger the shorter the run is. A leak goes on to the end. So something grows when it surely
rises over all that is judged, and in the last half of that by itself as well. That a growth becomes
slower is no excuse: a leak behind a cache that fills would look the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, sqrt
from statistics import fmean, median

HOUR = 3600.0
#: Batches, and the fewest in which something can be seen to rise.
BATCHES, FEWEST = 20, 8
#: Deviations of Kendall's test at which a slope is sure: by chance alone one series of a thousand
#: is (one side), of the last half one of twenty. A soak has two dozen series that vary.
SURE, LIKELY = 3.09, 1.64
#: The same for an interval that holds the true slope in 95 of 100 runs.
INTERVAL = 1.96

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trend:
    """A rise in the unit of the samples, an hour where nothing else is said, and what it is at the
    least."""

    rise: float
    surely: float = inf

    def exceeds(self, least: float) -> bool:
        """Whether it is no chance, and more than `least`."""
        return self.surely > 0 and self.rise > least


@dataclass(frozen=True, slots=True)
class Growth:
    """What is judged as a whole, and its last half; `low` and `high` hold the true slope in 95 of
    100 runs; `mean` of the samples; `least` is a growth that nobody would feel."""

    whole: Trend
    last: Trend
    low: float
    high: float
    mean: float
    least: float = 0.0

    @property
    def within(self) -> float:
        """By how much the true slope may be another one (95 %): what grows by less than that is
        not seen in so short a run."""
        return (self.high - self.low) / 2

    @property
    def flat(self) -> bool:
        """Whether it is 0 within noise, or has ended. What shrinks does not grow."""
        return not self.rises_by(self.least)

    @property
    def passes(self) -> bool:
        """Whether it grows for certain, by no more than nobody would feel."""
        return self.flat and self.rises_by(0.0)

    def rises_by(self, least: float) -> bool:
        """Whether it grows for certain to the end, by more than this."""
        return self.whole.exceeds(least) and self.last.exceeds(least)


class Slope(Growth):
    """Of samples by the hour."""

    __slots__ = ()

    @property
    def per_hour(self) -> float:
        """The growth an hour."""
        return self.whole.rise


def slope(points: Sequence[Point], least: float = 0.0) -> Slope | None:
    """Of samples (seconds, value); None for too few to say anything."""
    found = sorted(batches(points))
    if len(found) < FEWEST:
        return None
    count, rises = len(found), pairs(found)
    low, high = bound(rises, count, INTERVAL), -bound([-one for one in rises], count, INTERVAL)
    mean = fmean(value for _, value in points)
    last = trend(found[count // 2 :], LIKELY)
    return Slope(trend(found, SURE), last, low * HOUR, high * HOUR, mean, least)


def trend(points: Sequence[Point], deviations: float) -> Trend:
    """The rise of a line through points, and the least that it is at so many deviations."""
    rises = pairs(points)
    return Trend(median(rises) * HOUR, bound(rises, len(points), deviations) * HOUR)


def pairs(points: Sequence[Point]) -> list[float]:
    """The rise a second between each two points, which have different times and are in order."""
    return [(b - a) / (later - at) for (at, a), (later, b) in combinations(points, 2)]


def bound(rises: Sequence[float], count: int, deviations: float) -> float:
    """The lower bound of the slope of so many points, by the rank that Kendall's test has at so
    many deviations; -inf where they are too few for it."""
    spread = deviations * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    rank = int((len(rises) - spread) / 2)
    return sorted(rises)[rank] if rank >= 0 and len(rises) > spread else -inf


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
        (fmean(at for at, _ in some), fmean(value for _, value in some)) for some in held.values()
    ]
