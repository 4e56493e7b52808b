"""`make bench`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import json
import sys

from bench import foundation
from bench.film import goals as film_goals
from bench.film import turns

GOALS = {**foundation.GOALS, **film_goals.GOALS}


async def measure() -> dict[str, float]:
    return await foundation.measure() | await turns.measure()


def main() -> int:
    figures = asyncio.run(measure())
    for name, value in sorted(figures.items()):
        goal = GOALS.get(name)
        beside = "" if goal is None else f"  goal ≤ {goal:g}  {'ok' if value <= goal else 'MISSED'}"
        print(f"{name:<22}{value:>10.3f}{beside}")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 0 if all(figures[name] <= goal for name, goal in GOALS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
