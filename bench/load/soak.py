"""`make soak`: hours at ten times C2 with recycling, engine updates, backups and log rotation under
way; `make bench-soak` is the short form of 20 minutes. Prints how fast everything grows beside its
noise, and one JSON line. Exits 1 when something grows, or did not arrive as it should.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.load import failures, report_page, scenario, summary
from bench.load.__main__ import Progress
from bench.load.slopes import Slope, slope
from bench.load.soak_trial import SoakTrial
from daemon.console.command_words import amount
from tests.sandbox.interruption import interruptible

#: Ten times as many as C2's; of the samples the first third is left out, while caches fill.
TIMES, WARM = 10.0, 1 / 3
#: Growth an hour that nobody would feel, by the beginning of a series' name.
LEAST = {
    "anon MiB": 1.0,
    "descriptors": 0.5,
    "files": 2.0,
    "WAL": 1.0,
    "disk": 2.0,
    "rows of": 2.0,
    "claim": 0.01,
}
#: How upkeep is called that failed: a command that ended badly, by a signal too, or all of it.
FAILED = re.compile(r"exit code (?!0$)|ended by")
#: Upkeep that has to be under way, as `SoakTrial.done` calls it: without it a soak shows little.
UPKEEP = ("workers recycled", "engines updated", "logs rotated", "backups verified")
#: Series without which nothing can be said of growth: the processes that live for the whole soak.
SEEN = ("anon MiB of bot", "anon MiB of worker", "anon MiB of keeper")
GOALS = {"soak_growing": 0.0, "soak_faults": 0.0}


def grown(series: dict[str, list[tuple[float, float]]], seconds: float) -> dict[str, Slope]:
    """The slope of every series, without its beginning."""
    found = {}
    for name, points in sorted(series.items()):
        least = next((v for key, v in LEAST.items() if name.startswith(key)), 0.0)
        line = slope([point for point in points if point[0] >= WARM * seconds], least)
        if line is not None:
            found[name] = line
    return found


def lines(slopes: dict[str, Slope], asked: int, hours: float) -> list[str]:
    """A table: what must not grow first, and what the record takes for each request."""
    told = [f"{'':<36}{'mean':>10}{'an hour':>11}{'± (95 %)':>10}{'last half':>11}"]
    for name, one in slopes.items():
        row = f"{name:<36}{one.mean:>10.2f}{one.per_hour:>+11.3f}{one.within:>10.3f}"
        row += f"{one.last.per_hour:>+11.3f}"
        if name.startswith("record: "):
            row += f"   {one.per_hour * hours / max(asked, 1):.4f} a request"
        elif not one.flat:
            row += "   GROWS"
        told.append(row)
    return told


def growing(slopes: dict[str, Slope]) -> list[str]:
    """The names of what grew, besides the rows that are kept as a record."""
    return [n for n, one in slopes.items() if not n.startswith("record: ") and not one.flat]


def unseen(slopes: dict[str, Slope]) -> list[str]:
    """The series that must be there, and had too few samples for a slope."""
    return [name for name in SEEN if name not in slopes]


def upkeep_faults(done: dict[str, int]) -> list[str]:
    """What of the upkeep failed, or did not happen at all."""
    failed = [f"{what}: {count}" for what, count in done.items() if FAILED.search(what)]
    return failed + [f"{what}: none" for what in UPKEEP if not done.get(what)]


def figures(slopes: dict[str, Slope], result: dict[str, Any]) -> dict[str, float]:
    """The figures that have goals, and each slope by its name."""
    faults = sum(result["faults"].values()) + (not result["quiet_in_time"])
    faults += len(upkeep_faults(result["done"])) + len(unseen(slopes))
    faults += sum(bool(result[key]) for key in summary.NOTHING)
    told = {f"soak_{name.replace(' ', '_')}_per_hour": one.per_hour for name, one in slopes.items()}
    return {**told, "soak_growing": float(len(growing(slopes))), "soak_faults": float(faults)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load.soak", description=__doc__)
    parser.add_argument("--minutes", type=amount, default=240.0)
    parser.add_argument("--out", type=Path, default=Path("load"), help="folder of the results")
    options = parser.parse_args()
    seconds = options.minutes * 60
    base = scenario.read("c2").shortened(seconds, TIMES)
    played = replace(base, title=f"Soak: {options.minutes:g} minutes at ten times C2", goals={})
    played = replace(played, seconds=seconds)
    try:
        scenario.judge_size(played)
        scenario.judge_room(Path(tempfile.gettempdir()), played)
        options.out.mkdir(parents=True, exist_ok=True)
        trial = SoakTrial(played, Progress())
        measured = asyncio.run(trial.run())
    except (*failures.PLAIN, ExceptionGroup) as error:
        if not (why := failures.sentence(error)):
            raise
        print(f"soak: {why}", file=sys.stderr)
        return 1
    result = summary.result("soak", played, measured)
    slopes = grown({**trial.samples.series, "claim, s": trial.claims}, seconds)
    hours = seconds / 3600
    told = figures(slopes, result)
    result["slopes"] = {n: [one.per_hour, one.within, one.mean] for n, one in slopes.items()}
    result["samples"] = {n: p for n, p in trial.samples.series.items() if n[:7] != "record:"}
    name = options.out / f"soak-{time.strftime('%Y%m%d-%H%M%S')}"
    name.with_suffix(".json").write_text(json.dumps(result), encoding="utf-8")
    name.with_suffix(".html").write_text(report_page.page(result), encoding="utf-8")
    print(*summary.lines(result), *lines(slopes, result["asked"], hours), sep="\n")
    print(*(f"{what}: {count}" for what, count in sorted(result["done"].items())), sep="\n")
    print(f"upkeep: {upkeep_faults(result['done']) or 'all of it'}")
    print(f"growing: {growing(slopes) or 'nothing'}")
    print(f"too few samples: {unseen(slopes) or 'of nothing'}")
    print(json.dumps({key: round(value, 5) for key, value in told.items()}))
    return 1 if any(told[key] > most for key, most in GOALS.items()) else 0


if __name__ == "__main__":
    sys.exit(interruptible(main))
