"""How long people waited for their first answers of late, as the alert and the mode judge it."""

import math
from collections import Counter
from collections.abc import Mapping

from procs.core.clock import Now
from procs.keeper.monitor.sliding_window import SlidingWindow
from procs.store.health import histograms

#: Seconds over which first answers are judged.
RESPONSE_IN = 300.0
#: The quantile of first answers, and the requests below which it says nothing.
QUANTILE, REQUESTS = 0.95, 20


class ResponseTimes:
    """Keeps how the counters of first answers grew within a window."""

    def __init__(self) -> None:
        self.window = SlidingWindow(RESPONSE_IN, "response.")

    def p95(self, counts: Mapping[str, int], now: Now) -> tuple[float, int]:
        """The seconds within which nearly all requests that ended of late had their first answer,
        and how many those are; 0 where they are too few to say. `counts` are all counters."""
        steps: Counter[int] = Counter()
        for one in histograms.read(self.window.growth(counts, now.boot), "response").values():
            steps.update(one.steps)
        if steps.total() < REQUESTS:
            return 0.0, steps.total()
        return quantile(steps, QUANTILE), steps.total()


def quantile(steps: Counter[int], share: float) -> float:
    """The end of the step in which so many of all lie."""
    wanted, seen = math.ceil(share * steps.total()), 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= wanted:
            return float(2.0 ** (step / histograms.STEPS_OF_TWO))
    return 0.0
