"""`make bench-admin`: every figure beside its goal, and one JSON line at the end."""

import asyncio
import json
import sys

from bench.admin import broadcast_figures, panel_figures

GOALS: dict[str, tuple[float | None, float | None]] = {
    **broadcast_figures.GOALS,
    **panel_figures.GOALS,
}


def met(name: str, value: float) -> bool:
    """Whether a figure is within its goal; one without a goal is."""
    least, most = GOALS.get(name, (None, None))
    return (least is None or value >= least) and (most is None or value <= most)


async def measure() -> dict[str, float]:
    return {**await broadcast_figures.measure(), **await panel_figures.measure()}


def main() -> int:
    figures = asyncio.run(measure())
    for name, value in sorted(figures.items()):
        print(f"{name:<32}{value:>10.3f}  {'ok' if met(name, value) else 'MISSED'}")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 0 if all(met(*one) for one in figures.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
