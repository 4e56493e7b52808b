"""Histograms of seconds as counters: a counter for each step, and one for the sum.

A step ends at a power of two of seconds divided into four, so that `le` of a power of two is exact
and a quantile is known within 9 %. Counters only grow, as those who read rates from them expect
(prometheus.io/docs/concepts/metric_types).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Steps in each doubling of the seconds.
STEPS_OF_TWO = 4
#: The ends of the first and of the last step, in seconds.
LEAST, LONGEST = 1 / 64, 2.0**20
#: What stands behind a histogram's name for the counter of its sum.
SUM = "ms"


@dataclass(slots=True)
class Histogram:
    """How many times ended in each step, and all of them together in seconds."""

    steps: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """How many times were counted in all steps."""
        return sum(self.steps.values())

    def within(self, bound: float) -> int:
        """How many were not longer than a power of two of seconds."""
        last = round(STEPS_OF_TWO * math.log2(bound))
        return sum(count for step, count in self.steps.items() if step <= last)


def note(counts: Counter[str], name: str, seconds: float) -> None:
    """Count one time in a histogram of this name, which has no spaces. A clock that was put back
    makes a negative time, which counts as none."""
    taken = min(max(seconds, LEAST), LONGEST)
    counts[f"{name} {math.ceil(STEPS_OF_TWO * math.log2(taken))}"] += 1
    counts[f"{name} {SUM}"] += round(1000 * max(seconds, 0.0))


def read(counts: Mapping[str, int], room: str) -> dict[str, Histogram]:
    """The histograms whose names begin with `room` and a dot, by the rest of their names."""
    found: dict[str, Histogram] = {}
    for counter, value in counts.items():
        name, _, step = counter.partition(" ")
        if step and name.startswith(f"{room}."):
            one = found.setdefault(name.removeprefix(f"{room}."), Histogram())
            if step == SUM:
                one.seconds += value / 1000
            else:
                one.steps[int(step)] += value
    return found
