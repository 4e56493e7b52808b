"""`make bench-film`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import json
import sys

from bench.film.goals import GOALS
from bench.film.turns import measure


def main() -> int:
    found = asyncio.run(measure())
    for name, value in sorted(found.items()):
        goal = GOALS.get(name)
        beside = "" if goal is None else f"  goal ≤ {goal:g}  {'ok' if value <= goal else 'MISSED'}"
        print(f"{name:<26}{value:>10.2f}{beside}")
    print(json.dumps({name: round(value, 3) for name, value in sorted(found.items())}))
    return 0 if all(found[name] <= goal for name, goal in GOALS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
