"""`make bench-ops`: what it costs to operate Chapar, beside its goals, and one JSON line."""

import json
import sys

from bench.ops import scrape_time

#: The most that a figure may be.
GOALS = {"scrape_ms": 50.0}
MEASURES = (scrape_time.measure,)


def main() -> int:
    figures: dict[str, float] = {}
    for measure in MEASURES:
        figures |= measure()
    for name, value in sorted(figures.items()):
        met = "ok" if value <= GOALS[name] else "MISSED"
        print(f"{name:<32}{value:>10.3f}  goal ≤ {GOALS[name]:g}  {met}")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 0 if all(figures[name] <= goal for name, goal in GOALS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
