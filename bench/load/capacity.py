"""`make capacity`: plays the kept scenarios on this machine and writes docs/capacity.md.

What holds and at what latency, the highest rate at which everybody is on time, what breaks first
beyond it, how it grows with cores, and what to buy for so many requests a day.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.load import capacity_page, report_page, scenario, summary
from bench.load.__main__ import Progress
from bench.load.cpu_limits import Unlimited
from bench.load.scenario import Scenario
from bench.load.trial import Trial
from tests.sandbox.stack import ROOT

#: Cores that the product is given; those that a machine has not are left out.
CORES = (0.5, 1.0, 2.0)
#: Requests a second that are tried at one core; at others in proportion.
RATES = (2, 4, 6, 8, 10, 12, 14, 16, 20)
#: At which everybody is on time.
ON_TIME = {"answer_p95_s": 1.0, "film_p95_s": 5.0}
#: Seconds of one try of a rate.
TRY = 60.0

Result = dict[str, Any]


class Capacity:
    """Runs, and keeps what each brought."""

    def __init__(self, out: Path, seconds: float, scale: float) -> None:
        self.out = out
        self.seconds = seconds
        self.scale = scale

    def plays(self, name: str, played: Scenario, cores: float | None = None) -> Result:
        """One run, kept as JSON and as a page. Raises Unlimited."""
        print(f"{name}, {cores or 'all'} cores", file=sys.stderr)
        measured = asyncio.run(Trial(played, Progress(), cores).run())
        result = summary.result(name, played, measured)
        print(*summary.lines(result), sep="\n", file=sys.stderr)
        (self.out / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
        (self.out / f"{name}.html").write_text(report_page.page(result), encoding="utf-8")
        return result

    def scenarios(self, names: list[str]) -> list[Result]:
        """The result of each scenario, shortened to what was asked for."""
        found = []
        for name in names:
            played = scenario.read(name).shortened(self.seconds, self.scale)
            found.append(self.plays(name, played))
        return found

    def ladders(self, every: list[float]) -> dict[float, list[Result]]:
        """By cores, each rate up to the first at which somebody is late."""
        found: dict[float, list[Result]] = {}
        for cores in every:
            try:
                found[cores] = self.ladder(cores)
            except Unlimited as error:
                print(f"left out: {error}", file=sys.stderr)
        return found

    def ladder(self, cores: float) -> list[Result]:
        """The results of growing rates on so many cores, up to the first that is not good."""
        steps: list[Result] = []
        for rate in RATES:
            wanted = self.step(rate * min(cores, 1.0) * self.scale, cores)
            steps.append(self.plays(f"rate-{cores:g}-{rate}", wanted, cores))
            if not steps[-1]["good"]:
                break
        return steps

    def step(self, rate: float, cores: float) -> Scenario:
        """The links of C3 at a rate, with as many workers as cores."""
        settings = {"workers": str(max(1, int(cores))), "max_concurrent_downloads": "8"}
        lasts = min(TRY, self.seconds)
        base = replace(scenario.read("c3"), settings=settings, people=round(rate * lasts) + 1)
        title = f"{rate:g} a second, {cores:g} cores"
        goals = replace(base, title=title, goals=ON_TIME, drain=TRY * 2)
        return replace(goals, per_second=rate, seconds=lasts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load.capacity", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1e9, help="of each scenario at most")
    parser.add_argument("--scale", type=float, default=1.0, help="so many times the arrivals")
    parser.add_argument("--out", type=Path, default=ROOT / "load", help="folder of all results")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "capacity.md")
    parser.add_argument("--scenarios", nargs="*", default=scenario.names(), help="default: all")
    parser.add_argument("--cores", nargs="*", type=float, default=CORES, help="of the product")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    capacity = Capacity(options.out, options.seconds, options.scale)
    results, ladders = capacity.scenarios(options.scenarios), capacity.ladders(options.cores)
    words = capacity_page.page(results, ladders, capacity.seconds, capacity.scale)
    options.page.write_text(words, encoding="utf-8")
    print(options.page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
