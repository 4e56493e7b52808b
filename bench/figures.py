"""How a bench tells its figures: a line for each beside its goal, and one JSON line at the end."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NONE: Mapping[str, float] = MappingProxyType({})


def report(
    figures: Mapping[str, Any], goals: Mapping[str, float], least: Mapping[str, float] = NONE
) -> int:
    """Print the figures, by name; what is no number stands in the JSON line alone. `goals` are the
    most that a figure may be, `least` the least. Returns the exit code: 1 when one of them is
    missed, or a figure that has a goal was not measured."""
    numbers = {name: value for name, value in figures.items() if isinstance(value, (int, float))}
    bounds = {n: ("≤", g) for n, g in goals.items()} | {n: ("≥", g) for n, g in least.items()}
    met = {
        name: numbers[name] <= goal if sign == "≤" else numbers[name] >= goal
        for name, (sign, goal) in bounds.items()
        if name in numbers
    }
    for name, value in sorted(numbers.items()):
        sign, goal = bounds.get(name, ("", 0.0))
        beside = f"  goal {sign} {goal:g}  {'ok' if met[name] else 'MISSED'}" if sign else ""
        print(f"{name:<32}{value:>12.3f}{beside}")
    for name in sorted(bounds.keys() - met.keys()):
        sign, goal = bounds[name]
        print(f"{name:<32}{'':>12}  goal {sign} {goal:g}  not measured")
    rounded = {name: round(value, 4) for name, value in numbers.items()}
    print(json.dumps(dict(sorted({**figures, **rounded}.items()))), flush=True)
    return 0 if len(met) == len(bounds) and all(met.values()) else 1
