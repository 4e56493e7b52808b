"""The figures of a capacity report that have goals, told as every bench tells its own."""

import json
from typing import Any

from bench.load.capacity_rates import best

Result = dict[str, Any]

#: On two cores with small films. At most so much, but for the rate, which is at least so high.
GOALS = {
    "c3_answer_p95_s": 0.1,
    "c3_known_p95_ms": 60.0,
    "c3_cores": 0.5,
    "c1_64_cores": 0.6,
    "burst_sign_max_s": 5.0,
    "max_rate_all_on_time": 14.0,
}
AT_LEAST = frozenset({"max_rate_all_on_time"})
#: A goal -> the scenario and the figure that it is, and in how many of the goal's units.
FROM = {
    "c3_answer_p95_s": ("c3", "answer_p95_s", 1.0),
    "c3_known_p95_ms": ("c3", "known_p95_s", 1000.0),
    "c3_cores": ("c3", "cores", 1.0),
    "c1_64_cores": ("c1_64", "cores", 1.0),
    "burst_sign_max_s": ("burst", "sign_max_s", 1.0),
}


def figures(results: list[Result], ladders: dict[float, list[Result]]) -> dict[str, float]:
    """Those that were measured. The highest rate is that of the most cores."""
    named = {one["name"]: one["figures"] for one in results}
    found = {
        goal: named[name][key] * unit
        for goal, (name, key, unit) in FROM.items()
        if key in named.get(name, {})
    }
    if ladders:
        found["max_rate_all_on_time"] = best(ladders[max(ladders)])
    found |= {f"max_rate_{cores:g}_cores": best(steps) for cores, steps in ladders.items()}
    return found


def report(found: dict[str, float]) -> int:
    """Print each figure beside its goal, and one JSON line. The exit code: 1 when one is missed or
    was not measured."""
    missed = [name for name in GOALS if name not in found or not met(name, found[name])]
    for name, value in sorted(found.items()):
        words = ""
        if name in GOALS:
            sign = "≥" if name in AT_LEAST else "≤"
            words = f"  goal {sign} {GOALS[name]:g}  {'MISSED' if name in missed else 'ok'}"
        print(f"{name:<28}{value:>10.3f}{words}")
    for name in sorted(GOALS.keys() - found.keys()):
        print(f"{name:<28}{'':>10}  not measured")
    print(json.dumps({name: round(value, 4) for name, value in sorted(found.items())}))
    return 1 if missed else 0


def met(name: str, value: float) -> bool:
    """Whether a figure reaches its goal."""
    return value >= GOALS[name] if name in AT_LEAST else value <= GOALS[name]
