"""`make bench-chat`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import json
import os
import sys
from typing import Any

from bench.chat import storm, times
from bench.chat.goals import GOALS, TOLD, met

#: Told of each place.
MESSAGES = "messages_per_delivery"


async def measure() -> dict[str, float]:
    """All figures by their names."""
    return {**await times.measure(), **await storm.measure()}


def main() -> int:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    figures = asyncio.run(measure())
    for name in (*GOALS, *TOLD):
        value, goal = figures[name], GOALS.get(name)
        beside = "" if goal is None else f"  goal ≤ {goal:g}"
        verdict = "" if goal is None else "  ok" if met(name, value) else "  MISSED"
        print(f"{name:<32}{value:>10.3f}{beside}{verdict}")
    print(json.dumps(reported(figures)))
    return 0 if all(met(name, figures[name]) for name in GOALS) else 1


def reported(figures: dict[str, float]) -> dict[str, Any]:
    """The figures of the last line; of messages, one figure for each place."""
    told: dict[str, Any] = {name: round(value, 4) for name, value in figures.items()}
    places = {place: told.pop(f"{MESSAGES}_{place}") for place in ("private", "group")}
    return {**told, MESSAGES: places}


if __name__ == "__main__":
    sys.exit(main())
