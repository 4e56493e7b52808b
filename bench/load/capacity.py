"""`make capacity`: plays the kept scenarios on this machine and writes docs/capacity.md.

What holds and at what latency, the highest rate at which everybody is on time, what breaks first
beyond it, how it grows with cores, and what to buy for so many requests a day. With `--brief` half
a minute of each, within half an hour in all: enough to see what a machine carries, not what an hour
of it does. With `--go-on` a run whose result lies in the folder of results is not played again, so
that a series of hours may be interrupted, and one scenario be longer than the others. Prints the
figures beside their goals, and one JSON line.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.load import capacity_goals, capacity_page, failures, report_page, scenario, summary
from bench.load.__main__ import Progress
from bench.load.capacity_rates import RATES
from bench.load.capacity_verdict import DRIFT
from bench.load.cpu_limits import Unlimited
from bench.load.scenario import Scenario
from bench.load.trial import Trial
from daemon.console.command_words import amount
from tests.sandbox.interruption import interruptible
from tests.sandbox.stack import ROOT

#: Cores that the product is given, in the order in which they are tried: a brief series may have no
#: time for the last. Those that a machine has not are left out.
CORES = (1.0, 2.0, 0.5)
#: At which everybody is on time, and would be in an hour too: a rate of 2 % above what is carried
#: has those who come 17 s later wait 0.3 s longer, and no p95 of half a minute shows it.
ON_TIME = {
    "answer_p95_s": 1.0,
    "film_p95_s": 5.0,
    "answer_drift_s": DRIFT,
    "film_drift_s": 1.0,
}
#: Seconds of one try of a rate.
TRY = 60.0
#: Messages that a shortened scenario has at least, if it has them.
FEWEST = 30
#: The same of a brief series, its scenarios, and the minutes after which no rate is tried any more.
BRIEF_TRY, BRIEF, BRIEF_MINUTES = 25.0, 30.0, 23.0
BRIEF_SCENARIOS = ("advert", "burst", "c1", "c1_64", "c2", "c3", "edge", "hostile")
#: What a kept result must have for the page, and its figures.
NEEDED = {
    *("name", "asked", "fine", "good", "quiet_in_time", "messages", "points", "arrivals"),
    *summary.NOTHING,
}
FIGURES = {"cores", "cpu_ms_per_request", "pss_max_mib", "disk_max_mib", "budget_max_s"}

Result = dict[str, Any]


class Capacity:
    """Runs, and keeps what each brought."""

    def __init__(
        self,
        out: Path,
        seconds: float,
        scale: float,
        *,
        tries: float = TRY,
        minutes: float = 1e9,
        goes_on: bool = False,
    ) -> None:
        self.out, self.goes_on = out, goes_on
        self.seconds = seconds
        self.scale = scale
        self.tries = tries
        self.end = time.monotonic() + 60 * minutes
        #: By the title of a run, why it ended without a result.
        self.failed: dict[str, str] = {}

    def plays(self, name: str, played: Scenario, cores: float | None = None) -> Result | None:
        """One run, kept as JSON and as a page; None where it ended without a result, of which the
        reason is kept, so that the others are not in vain. Raises Unlimited."""
        if self.goes_on and (before := kept(self.out / f"{name}.json", played)):
            print(f"{name}: as in {self.out}", file=sys.stderr)
            return before
        print(f"{name}, {cores or 'all'} cores", file=sys.stderr)
        try:
            measured = self.measures(played, cores)
        except (*failures.PLAIN, ExceptionGroup) as error:
            if not (told := failures.sentence(error)):
                raise
            print(f"{name} ended without a result: {told}", file=sys.stderr)
            self.failed[played.title] = told
            return None
        result = summary.result(name, played, measured)
        print(*summary.lines(result), sep="\n", file=sys.stderr)
        (self.out / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
        (self.out / f"{name}.html").write_text(report_page.page(result), encoding="utf-8")
        return result

    def measures(self, played: Scenario, cores: float | None) -> dict[str, Any]:
        """What a run brought. Raises BadScenario, Unlimited, and what `failures` knows."""
        scenario.judge_size(played)
        scenario.judge_room(Path(tempfile.gettempdir()), played)
        return asyncio.run(Trial(played, Progress(), cores).run())

    def scenarios(self, names: list[str]) -> list[Result]:
        """The result of each scenario, shortened to what was asked for."""
        found = []
        for name in names:
            whole = scenario.read(name)
            played = whole.shortened(self.span(whole), self.scale)
            if result := self.plays(Path(name).stem, played):
                found.append(result)
        return found

    def span(self, whole: Scenario) -> float:
        """Seconds of a scenario: those that were asked for, or until enough have come to be judged;
        eight of C2 are without a film."""
        rate = whole.per_second * self.scale
        return max(self.seconds, FEWEST / rate) if rate else self.seconds

    def ladders(self, every: list[float]) -> dict[float, list[Result]]:
        """By cores, fewest first, the rates that were tried, in their order."""
        found: dict[float, list[Result]] = {}
        for cores in every:
            try:
                if steps := self.ladder(cores):
                    found[cores] = steps
            except Unlimited as error:
                print(f"left out: {error}", file=sys.stderr)
        return dict(sorted(found.items()))

    def ladder(self, cores: float) -> list[Result]:
        """The highest rate at which everybody is on time and the one above it, by halves."""
        steps: dict[int, Result] = {}
        low, high = -1, len(RATES)
        while high - low > 1 and time.monotonic() < self.end:
            place = (low + high) // 2
            wanted = self.step(RATES[place] * self.scale, cores)
            result = self.plays(f"rate-{cores:g}-{RATES[place]}", wanted, cores)
            if result is None:  # nobody knows on which side of it to go on
                break
            steps[place] = result
            low, high = (place, high) if steps[place]["good"] else (low, place)
        return [steps[place] for place in sorted(steps)]

    def step(self, rate: float, cores: float) -> Scenario:
        """The links of C3 at a rate, with as many workers as cores."""
        settings = {"workers": str(max(1, int(cores))), "max_concurrent_downloads": "8"}
        lasts = min(self.tries, self.seconds)
        base = replace(scenario.read("c3"), settings=settings, people=round(rate * lasts) + 1)
        title = f"{rate:g} a second, {cores:g} cores"
        goals = replace(base, title=title, goals=ON_TIME, drain=lasts * 2)
        return replace(goals, per_second=rate, seconds=lasts)


def kept(path: Path, played: Scenario) -> Result | None:
    """A result of before, where the same scenario was played to its end, for as long at least."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or one that was being written
        return None
    wanted = json.loads(json.dumps(asdict(played)))
    if not is_told(result) or not wanted.keys() <= result["scenario"].keys():
        return None
    then: Result = result["scenario"]
    is_same = all(then[key] == wanted[key] for key in wanted.keys() - {"seconds", "bursts"})
    is_same = is_same and until(then, played.seconds) == until(wanted, played.seconds)
    is_whole = then["seconds"] >= wanted["seconds"] and not result.get("interrupted")
    return result if is_same and is_whole else None


def is_told(result: Any) -> bool:
    """Whether it says all that the page needs; an older form may say less."""
    tables = ("scenario", "figures", "machine", "faults", "missed")
    if not isinstance(result, dict) or not (NEEDED | set(tables)) <= result.keys():
        return False
    return (
        all(isinstance(result[name], dict) for name in tables)
        and result["figures"].keys() >= FIGURES
    )


def until(facts: Result, seconds: float) -> list[Any]:
    """The bursts that begin within so many seconds."""
    return [burst for burst in facts["bursts"] if burst["at"] < seconds]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load.capacity", description=__doc__)
    parser.add_argument("--brief", action="store_true", help="half an hour instead of hours")
    parser.add_argument("--seconds", type=amount, help="of each scenario at most")
    parser.add_argument("--scale", type=amount, default=1.0, help="so many times the arrivals")
    parser.add_argument("--out", type=Path, default=ROOT / "load", help="folder of all results")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "capacity.md")
    parser.add_argument("--scenarios", nargs="*", help="default: all, or those of a brief series")
    parser.add_argument("--go-on", action="store_true", help="use what lies in the folder")
    parser.add_argument("--cores", nargs="*", type=amount, default=CORES, help="of the product")
    options = parser.parse_args()
    capacity, names = series(options)
    try:
        for name in names:
            scenario.read(name)
    except scenario.BadScenario as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    results, ladders = capacity.scenarios(names), capacity.ladders(options.cores)
    if not results and not ladders and not capacity.failed:
        parser.error("nothing was played; name a scenario, or a number of cores that can be given")
    if not results and not ladders:
        print("no run brought a result, and no page is written", file=sys.stderr)
        return 1
    words = capacity_page.page(
        results, ladders, capacity.seconds, capacity.scale, failed=capacity.failed
    )
    options.page.write_text(words, encoding="utf-8")
    print(options.page)
    code = capacity_goals.report(capacity_goals.figures(results, ladders))
    return 1 if capacity.failed else code


def series(options: argparse.Namespace) -> tuple[Capacity, list[str]]:
    """What is to be played, whole or brief."""
    seconds = options.seconds or (BRIEF if options.brief else 1e9)
    usual = BRIEF_SCENARIOS if options.brief else scenario.names()
    names = list(usual if options.scenarios is None else options.scenarios)
    limits: dict[str, Any] = {"goes_on": options.go_on}
    if options.brief:
        limits |= {"tries": BRIEF_TRY, "minutes": BRIEF_MINUTES}
    return Capacity(options.out, seconds, options.scale, **limits), names


if __name__ == "__main__":
    sys.exit(interruptible(main))
