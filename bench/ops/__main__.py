"""`make bench-ops`: every figure beside its goal, and one JSON line at the end."""

import json
import sys

from bench.ops import backup_figures, idle_figures, power_figures, scrape_time

#: The most that a figure may be.
GOALS = backup_figures.GOALS | power_figures.GOALS | idle_figures.GOALS | {"scrape_ms": 50.0}


def main() -> int:
    """An argument is the number of backups under load."""
    figures = backup_figures.measure(int(sys.argv[1]) if sys.argv[1:] else 300)
    figures |= power_figures.measure()
    figures |= idle_figures.measure()
    figures |= scrape_time.measure()
    for name, value in sorted(figures.items()):
        goal = GOALS.get(name)
        beside = "" if goal is None else f"  goal ≤ {goal:g}  {'ok' if value <= goal else 'MISSED'}"
        print(f"{name:<32}{value:>12.3f}{beside}")
    print(json.dumps({name: round(value, 4) for name, value in sorted(figures.items())}))
    return 0 if all(figures[name] <= goal for name, goal in GOALS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
