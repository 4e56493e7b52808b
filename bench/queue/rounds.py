"""Cases in turn, round by round."""

import statistics
import time
from collections.abc import Callable, Mapping

#: One case: does its operations and returns what they cost, in whatever unit the case measures.
Case = Callable[[], float]


def interleaved(cases: Mapping[str, Case], rounds: int) -> dict[str, list[float]]:
    """What each case cost in each round."""
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            costs[name].append(case())
    return costs


def middle(costs: list[float]) -> float:
    """The median."""
    return statistics.median(costs)


def ratio(costs: dict[str, list[float]], one: str, other: str) -> float:
    """The median over the rounds of one case in units of another: both of one round's weather."""
    return statistics.median(a / b for a, b in zip(costs[one], costs[other], strict=True))


def timed(operation: Callable[[], object], times: int) -> Case:
    """A case whose cost is the median microseconds of one operation, after a few to warm up."""

    def case() -> float:
        spent = []
        for _ in range(times // 10):
            operation()
        for _ in range(times):
            began = time.perf_counter_ns()
            operation()
            spent.append(time.perf_counter_ns() - began)
        return statistics.median(spent) / 1000

    return case


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all are at most (nearest rank)."""
    return sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]
