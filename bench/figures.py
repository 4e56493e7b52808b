"""How a bench tells its figures: a line for each beside its goal, and one JSON line at the end."""

import json
from collections.abc import Mapping


def report(figures: Mapping[str, float], goals: Mapping[str, float]) -> int:
    """Print the figures, by name. Returns the exit code: 1 when one of them is above its goal, or
    a figure that has a goal was not measured."""
    for name, value in sorted(figures.items()):
        goal = goals.get(name)
        beside = "" if goal is None else f"  goal ≤ {goal:g}  {'ok' if value <= goal else 'MISSED'}"
        print(f"{name:<32}{value:>12.3f}{beside}")
    lacking = sorted(goals.keys() - figures.keys())
    for name in lacking:
        print(f"{name:<32}{'':>12}  goal ≤ {goals[name]:g}  not measured")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 1 if lacking or any(figures[name] > goal for name, goal in goals.items()) else 0
