"""`make bench-ops`: every figure beside its goal, and one JSON line at the end."""

import sys

from bench.figures import report
from bench.ops import backup_figures, idle_figures, operator_figures, power_figures, scrape_time

#: The most that a figure may be.
GOALS = (
    backup_figures.GOALS
    | power_figures.GOALS
    | idle_figures.GOALS
    | operator_figures.GOALS
    | {"scrape_ms": 50.0}
)


def main() -> int:
    """An argument is the number of backups under load."""
    figures = backup_figures.measure(int(sys.argv[1]) if sys.argv[1:] else 300)
    figures |= power_figures.measure()
    figures |= idle_figures.measure()
    figures |= operator_figures.measure()
    figures |= scrape_time.measure()
    return report(figures, GOALS)


if __name__ == "__main__":
    sys.exit(main())
