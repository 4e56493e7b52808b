"""`make bench-engine`: every figure beside its goal, and one JSON line at the end."""

import json
import operator
import sys
import tempfile
from pathlib import Path

import uvloop

from bench.engine import growth, jobs, proxy, stall

#: (which side of the goal is good, the goal)
GOALS = {
    "cancel_p99_ms": (operator.le, 100.0),
    "child_pss_mib": (operator.le, 30.0),
    "vs_threads_stall": (operator.le, 0.1),
    "worker_growth_kib_per_1000_jobs": (operator.le, 256.0),
    "nursery_growth_kib_per_1000_jobs": (operator.le, 256.0),
    "proxy_mib_per_cpu_s": (operator.ge, 500.0),
    "vs_subprocess": (operator.ge, 8.0),
}
SIGNS = {operator.le: "≤", operator.ge: "≥"}


async def measure() -> dict[str, float]:
    """All figures by their names."""
    figures = await proxy.measure() | await jobs.measure()
    with tempfile.TemporaryDirectory(prefix="ch-") as home:
        figures |= await stall.measure(Path(home)) | await growth.measure(Path(home))
    return figures


def main() -> int:
    figures = uvloop.run(measure())
    for name, value in sorted(figures.items()):
        print(f"{name:<28}{value:>10.2f}{beside(name, value)}")
    print(json.dumps({name: round(value, 3) for name, value in sorted(figures.items())}))
    return 0 if all(good(figures[name], goal) for name, (good, goal) in GOALS.items()) else 1


def beside(name: str, value: float) -> str:
    """The goal of a figure and whether it is reached; nothing for one without a goal."""
    if name not in GOALS:
        return ""
    good, goal = GOALS[name]
    return f"  goal {SIGNS[good]} {goal:g}  {'ok' if good(value, goal) else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
