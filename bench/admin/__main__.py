"""`make bench-admin`: every figure beside its goal, and one JSON line of all at the end.

A broadcast, the panel over a full store, a picture, and what sponsors add to a link.
"""

import asyncio
import json
import sys

from bench import gate
from bench.admin import broadcast_figures, panel_figures

GOALS: dict[str, tuple[float | None, float | None]] = {
    **broadcast_figures.GOALS,
    **panel_figures.GOALS,
    **{name: (None, most) for name, most in gate.GOALS.items()},
}


def met(name: str, value: float) -> bool:
    """Whether a figure is within its goal; one without a goal is."""
    least, most = GOALS.get(name, (None, None))
    return (least is None or value >= least) and (most is None or value <= most)


async def measure() -> dict[str, float]:
    """Every figure by its name; each part has a stack of its own, one after the other."""
    parts = (gate.measure, broadcast_figures.measure, panel_figures.measure)
    return {name: value for part in parts for name, value in (await part()).items()}


def main() -> int:
    figures = asyncio.run(measure())
    for name, value in sorted(figures.items()):
        print(f"{name:<32}{value:>10.3f}  {'ok' if met(name, value) else 'MISSED'}")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 0 if all(met(*one) for one in figures.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
