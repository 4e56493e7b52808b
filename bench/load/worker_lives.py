"""Whether a worker grows with the jobs that it does, over all workers that lived during a soak.

A worker ends after so many jobs and a fresh one follows. What each job leaves behind then makes the
mean of all workers higher, and never makes it rise: no slope by time shows such a leak. So here the
slope is taken by the jobs, within each life. Samples of one life follow each other and are alike:
a life counts once, with its own slope (Theil and Sen's), and the slope of all is the median of
those with the bounds of the sign test, which assumes no distribution.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean, median

from bench.load.slopes import INTERVAL, LIKELY, SURE, Growth, Point, Trend, pairs

#: Jobs in which a fresh worker loads what it needs, and over how many it is looked at afterwards.
WARM_JOBS, SEEN_JOBS = 30, 40
#: The fewest lives of which the sign test can be as sure as `SURE` asks for.
FEWEST_LIVES = 10
#: Different numbers of jobs at which a life was sampled, at the least.
FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True)
class JobSlope(Growth):
    """Of so many lives of workers, by the job; `last` is of the last half of each."""

    lives: int = 0

    @property
    def per_job(self) -> float:
        """The growth a job."""
        return self.whole.rise


@dataclass
class WorkerLives:
    """Samples (jobs done, value) by the life of a worker."""

    points: dict[int, list[Point]] = field(default_factory=lambda: defaultdict(list))

    def add(self, life: int, jobs: int, value: float) -> None:
        """One sample of a worker that has done so many jobs."""
        self.points[life].append((float(jobs), value))

    def slope(self, least: float = 0.0) -> JobSlope | None:
        """What all lives say that are long enough; None for too few of them."""
        lives = [levels(life) for life in self.points.values()]
        lives = [life for life in lives if is_seen(life)]
        if len(lives) < FEWEST_LIVES:
            return None
        rises = sorted(rise(life) for life in lives)
        lasts = sorted(rise(life[len(life) // 2 - 1 :]) for life in lives)
        return JobSlope(
            whole=Trend(median(rises), bound(rises, SURE)),
            last=Trend(median(lasts), bound(lasts, LIKELY)),
            low=bound(rises, INTERVAL),
            high=-bound([-one for one in reversed(rises)], INTERVAL),
            mean=fmean(value for life in lives for _, value in life),
            lives=len(lives),
            least=least,
        )


def levels(points: Sequence[Point]) -> list[Point]:
    """The mean at each number of jobs, without the first jobs: a worker says how many it has done
    with each of its beats, which are slower than the samples."""
    held: dict[float, list[float]] = defaultdict(list)
    for jobs, value in points:
        if jobs >= WARM_JOBS:
            held[jobs].append(value)
    return [(jobs, fmean(values)) for jobs, values in sorted(held.items())]


def is_seen(life: Sequence[Point]) -> bool:
    """Whether a life says anything: it was sampled over enough jobs."""
    return len(life) >= FEWEST_POINTS and life[-1][0] - life[0][0] >= SEEN_JOBS


def rise(life: Sequence[Point]) -> float:
    """The rise a job of one life."""
    return median(pairs(life))


def bound(rises: Sequence[float], deviations: float) -> float:
    """The lower bound of the median of so many rises, which are in order, by the sign test."""
    count = len(rises)
    rank = int((count - deviations * sqrt(count)) / 2)
    return rises[rank] if count > deviations * sqrt(count) else float("-inf")
