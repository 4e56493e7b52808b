"""`make bench`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import sys

from bench import foundation
from bench.figures import report
from bench.film import goals as film_goals
from bench.film import turns

GOALS = {**foundation.GOALS, **film_goals.GOALS}


async def measure() -> dict[str, float]:
    """All figures by their names."""
    return await foundation.measure() | await turns.measure()


if __name__ == "__main__":
    sys.exit(report(asyncio.run(measure()), GOALS))
