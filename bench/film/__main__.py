"""`make bench-film`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import sys

from bench.figures import report
from bench.film.goals import GOALS
from bench.film.turns import measure

if __name__ == "__main__":
    sys.exit(report(asyncio.run(measure()), GOALS))
