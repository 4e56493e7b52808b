"""`make bench-ops`: every figure beside its goal, and one JSON line at the end."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.figures import report
from bench.ops import backup_figures, idle_figures, operator_figures, power_figures, scrape_time
from bench.ops.operator_figures import exposure

#: The most that a figure may be.
GOALS = (
    backup_figures.GOALS
    | power_figures.GOALS
    | idle_figures.GOALS
    | operator_figures.GOALS
    | scrape_time.GOALS
)
Part = Callable[[], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is measured: backups under load, finished jobs in a table, power cuts."""

    backups: int
    jobs: int
    cuts: int


WHOLE = Amounts(300, 1_000_000, 5_000)
#: Shows that all of it runs; its figures say little.
BRIEF = Amounts(4, 20_000, 200)


def parts(amounts: Amounts) -> dict[str, Part]:
    """What is measured, in this order: what needs a quiet machine comes first."""
    backups, jobs, cuts = amounts.backups, amounts.jobs, amounts.cuts
    return {
        "the idle stack, and a start": idle_figures.measure,
        "chapar doctor, chapar top": operator_figures.measure,
        "the units": exposure,
        f"a scrape beside {jobs} finished jobs": lambda: scrape_time.measure(jobs),
        f"{backups} backups under load": lambda: backup_figures.measure(backups),
        f"a backup and a restore of {jobs} jobs": lambda: backup_figures.of_many(jobs),
        f"{cuts} power cuts": lambda: power_figures.measure(cuts),
    }


def main() -> int:
    """`--brief` measures little of each. When a part fails, the figures of those before it are told
    all the same."""
    figures: dict[str, float] = {}
    chosen = parts(BRIEF if "--brief" in sys.argv[1:] else WHOLE)
    began = time.monotonic()
    try:
        for number, (name, measure) in enumerate(chosen.items(), 1):
            say(f"{time.monotonic() - began:5.0f} s  part {number} of {len(chosen)}: {name}")
            figures |= measure()
    finally:
        say(f"{time.monotonic() - began:5.0f} s  over")
        code = report(figures, GOALS)
    return code


def say(line: str) -> None:
    """What goes on is for who watches it; figures alone go to standard output."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
