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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.load import failures, report_page, scenario, summary
from bench.load.__main__ import Progress
from bench.load.slopes import Point, Slope, slope
from bench.load.soak_bounds import Held
from bench.load.soak_samples import SHORT, SoakSamples
from bench.load.soak_trial import SoakTrial
from bench.load.worker_lives import JobSlope, WorkerLives
from daemon.console.command_words import amount
from tests.sandbox.interruption import interruptible

#: Ten times as many as C2's; of the samples the first third is left out, while caches fill.
TIMES, WARM = 10.0, 1 / 3
#: Growth an hour that nobody would feel, by the beginning of a series' name: it passes, however
#: certain it is, and the verdict says of which series it does.
LEAST = {
    "anon MiB": 1.0,
    "descriptors": 0.5,
    "files": 2.0,
    "WAL": 1.0,
    "disk": 2.0,
    "rows of": 2.0,
    "claim": 0.01,
}
#: The same for each job of a worker: 4 MiB, and 4 descriptors, in a life of 200 jobs.
LEAST_A_JOB = {"anon MiB": 0.02, "descriptors": 0.02}
#: Seconds between two times that the keeper deletes rows whose time is over.
PRUNED = 60.0
#: How upkeep is called that failed: a command that ended badly, by a signal too, or all of it.
FAILED = re.compile(r"exit code (?!0$)|ended by")
#: Upkeep that has to be under way, as `SoakTrial.done` calls it: without it a soak shows little.
UPKEEP = ("workers recycled", "engines updated", "logs rotated", "backups verified")
#: Series without which nothing can be said of growth: the processes that live for the whole soak.
SEEN = ("anon MiB of bot", "anon MiB of worker", "anon MiB of keeper")
GOALS = {"soak_growing": 0.0, "soak_faults": 0.0}


def grown(series: dict[str, list[Point]], seconds: float) -> dict[str, Slope]:
    """The slope of every series, without its beginning; rows that live for longer than what is left
    of the run then are told as those of the record are."""
    found = {}
    for name, points in sorted(series.items()):
        begins = max(WARM * seconds, lives_for(name) + PRUNED * (lives_for(name) > 0))
        is_short = begins > (1 - WARM) * seconds
        start, told = (WARM * seconds, f"record: {name}") if is_short else (begins, name)
        line = slope([point for point in points if point[0] >= start], least_of(name, LEAST))
        if line is not None:
            found[told] = line
    return found


def is_record(name: str) -> bool:
    """Whether a series is of what grows with the requests, or has no time to be judged."""
    return name.startswith("record: ")


def lives_for(name: str) -> float:
    """For how many seconds the rows of a series are kept; 0 where it is one of something else."""
    return SHORT.get(name.removeprefix("rows of "), 0.0)


def least_of(name: str, least: dict[str, float]) -> float:
    """What passes of a series."""
    return next((value for key, value in least.items() if name.startswith(key)), 0.0)


def grown_by_jobs(lives: dict[str, WorkerLives]) -> dict[str, JobSlope | None]:
    """What a worker holds more with each job that it does; None where too few lived for that."""
    found = {name: lives.get(name, WorkerLives()) for name in LEAST_A_JOB}
    return {f"{name} of worker": of.slope(LEAST_A_JOB[name]) for name, of in found.items()}


def lines(slopes: dict[str, Slope], asked: int, hours: float) -> list[str]:
    """A table: what must not grow first, and what the record takes for each request."""
    head = f"{'':<36}{'mean':>10}{'an hour':>11}{'± (95 %)':>10}{'last half':>11}{'passes':>9}"
    return [head, *(line(name, one, asked, hours) for name, one in slopes.items())]


def line(name: str, one: Slope, asked: int, hours: float) -> str:
    """One series in the table."""
    row = f"{name:<36}{one.mean:>10.2f}{one.per_hour:>+11.3f}{one.within:>10.3f}"
    row += f"{one.last.rise:>+11.3f}"
    if is_record(name):
        return row + f"{'':>9}   {one.per_hour * hours / max(asked, 1):.4f} a request"
    words = "   GROWS" if not one.flat else "   rises, and passes" if one.passes else ""
    return row + f"{one.least:>9.2f}" + words


def job_lines(by_jobs: dict[str, JobSlope | None]) -> list[str]:
    """What a worker holds more with each job, in a sentence each."""
    return [job_line(name, one) for name, one in by_jobs.items()]


def job_line(name: str, one: JobSlope | None) -> str:
    """One of `job_lines`."""
    if one is None:
        return f"{name} by its jobs: too few lives to say anything"
    told = f"{name} by its jobs: {one.per_job:+.4f} ± {one.within:.4f} a job in {one.lives} lives"
    told += f", of which {one.least:g} passes"
    return told + ("" if one.flat else "   GROWS")


def process_lines(slopes: dict[str, Slope]) -> list[str]:
    """The memory of each process beside its noise and what passes, in a sentence each."""
    kinds = {name: one for name, one in slopes.items() if name.startswith("anon MiB of ")}
    return [
        f"{name}: {one.per_hour:+.2f} ± {one.within:.2f} an hour, of which {one.least:g} passes"
        for name, one in kinds.items()
    ]


def growing(slopes: dict[str, Slope], by_jobs: dict[str, JobSlope | None]) -> list[str]:
    """The names of what grew, besides the rows that are kept as a record."""
    found = [name for name, one in slopes.items() if not is_record(name) and not one.flat]
    return found + [f"{name} a job" for name, one in by_jobs.items() if one and not one.flat]


def unseen(slopes: dict[str, Slope], by_jobs: dict[str, JobSlope | None]) -> list[str]:
    """The series that must be there, and had too few samples for a slope."""
    found = [name for name in SEEN if name not in slopes]
    return found + [f"{name} a job" for name, one in by_jobs.items() if one is None]


def upkeep_faults(done: dict[str, int]) -> list[str]:
    """What of the upkeep failed, or did not happen at all."""
    failed = [f"{what}: {count}" for what, count in done.items() if FAILED.search(what)]
    return failed + [f"{what}: none" for what in UPKEEP if not done.get(what)]


@dataclass(frozen=True)
class Judged:
    """What is made of the samples of a soak: slopes by time and by jobs, and what was held of all
    that has a bound."""

    slopes: dict[str, Slope]
    by_jobs: dict[str, JobSlope | None]
    bounded: list[Held]

    @property
    def growing(self) -> list[str]:
        """As the function of this name."""
        return growing(self.slopes, self.by_jobs)

    @property
    def unseen(self) -> list[str]:
        """As the function of this name."""
        return unseen(self.slopes, self.by_jobs)

    @property
    def beyond(self) -> list[str]:
        """What was kept beyond its bound, in a sentence each."""
        return [str(one) for one in self.bounded if one.is_beyond]

    def figures(self, result: dict[str, Any]) -> dict[str, float]:
        """The figures that have goals, and each slope by its name."""
        faults = sum(result["faults"].values()) + (not result["quiet_in_time"])
        faults += len(upkeep_faults(result["done"])) + len(self.unseen) + len(self.beyond)
        faults += sum(bool(result[key]) for key in summary.NOTHING)
        told = {f"soak_{key(name)}_per_hour": one.per_hour for name, one in self.slopes.items()}
        by_jobs = {key(name): one for name, one in self.by_jobs.items() if one}
        told |= {f"soak_{name}_per_job": one.per_job for name, one in by_jobs.items()}
        return {**told, "soak_growing": float(len(self.growing)), "soak_faults": float(faults)}

    def lines(self, result: dict[str, Any], hours: float) -> list[str]:
        """All that is said of a soak."""
        done = sorted(result["done"].items())
        passed = [n for n, one in self.slopes.items() if one.passes and not is_record(n)]
        return [
            *lines(self.slopes, result["asked"], hours),
            *(f"{what}: {count}" for what, count in done),
            *process_lines(self.slopes),
            *job_lines(self.by_jobs),
            f"upkeep: {upkeep_faults(result['done']) or 'all of it'}",
            f"kept beyond its bound: {self.beyond or 'nothing'}",
            f"passes an hour: {', '.join(f'{name} {most:g}' for name, most in LEAST.items())}",
            f"rises for certain, and passes: {passed or 'nothing'}",
            f"growing: {self.growing or 'nothing'}",
            f"too few samples: {self.unseen or 'of nothing'}",
        ]


def key(name: str) -> str:
    """A series' name in that of a figure."""
    return name.replace(" ", "_")


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
    judged = judge(trial, seconds)
    told = judged.figures(result)
    write(options.out, result, judged, trial.samples)
    print(*summary.lines(result), *judged.lines(result, seconds / 3600), sep="\n")
    print(json.dumps({name: round(value, 5) for name, value in told.items()}))
    return 1 if any(told[name] > most for name, most in GOALS.items()) else 0


def judge(trial: SoakTrial, seconds: float) -> Judged:
    """What a trial's samples say."""
    samples = trial.samples
    slopes = grown({**samples.series, "claim, s": trial.claims}, seconds)
    return Judged(slopes, grown_by_jobs(samples.lives), [*samples.bounded.values()])


def write(folder: Path, result: dict[str, Any], judged: Judged, samples: SoakSamples) -> None:
    """Keep the result, its slopes and its samples as JSON and as a page."""
    result["slopes"] = {n: [one.per_hour, one.within, one.mean] for n, one in judged.slopes.items()}
    by_jobs = {name: one for name, one in judged.by_jobs.items() if one}
    result["slopes by jobs"] = {
        n: [one.per_job, one.within, one.mean] for n, one in by_jobs.items()
    }
    result["samples"] = {n: p for n, p in samples.series.items() if n[:7] != "record:"}
    result["bounded"] = [str(one) for one in judged.bounded]
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / f"soak-{time.strftime('%Y%m%d-%H%M%S')}"
    name.with_suffix(".json").write_text(json.dumps(result), encoding="utf-8")
    name.with_suffix(".html").write_text(report_page.page(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(interruptible(main))
