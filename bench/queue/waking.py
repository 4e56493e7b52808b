"""wake_p50_ms, wake_p99_ms, idle_cpu_percent: a worker that sleeps, and how soon it is up."""

import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from bench.queue import entrants
from bench.queue.programs import Program
from bench.queue.report import Report
from bench.queue.rounds import middle, percentile

#: Seconds until a worker that was started does nothing any more, and over which it is watched.
SETTLE, WATCH = 4.0, 15.0
OURS, BARE = "ours", "the barest table and a datagram, for comparison"


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Wake-ups of each program, and CPU of their sleep."""
    probes, watch = (40, 5.0) if quick else (200, WATCH)
    with ExitStack() as up:
        programs = {
            OURS: entrants.sleeper(folder / "ours"),
            BARE: entrants.bare(folder / "bare"),
            "huey, fsync=off": entrants.huey(folder, "off"),
            **entrants.with_servers(report, folder, up, 1),
        }
        wake(report, folder, programs, probes)
        idle(report, folder, programs, watch)


def wake(report: Report, folder: Path, programs: dict[str, Program], probes: int) -> None:
    """Milliseconds from the enqueue to the job's start, of each program."""
    report.part("From the enqueue to the job's start in a worker that slept (median, one in 100)")
    for name, program in programs.items():
        took = program.wakes(folder, probes if name in (OURS, BARE) else probes // 8)
        report.row(name, middle(took), "ms", note=f"p99 {percentile(took, 0.99):.2f} ms")
        if name == OURS:
            report.figure("wake_p50_ms", middle(took))
            report.figure("wake_p99_ms", percentile(took, 0.99))
    full = entrants.sleeper(folder / "ours-full", full=True)
    took = full.wakes(folder, probes // 3)
    note = f"p99 {percentile(took, 0.99):.2f} ms"
    report.row("ours, the enqueue on the disk first (FULL)", middle(took), "ms", note=note)


def idle(report: Report, folder: Path, programs: dict[str, Program], watch: float) -> None:
    """All of them asleep at once, each watched over the same seconds."""
    report.part("A worker with nothing to do (its processes, without servers)")
    with ExitStack() as up:
        pids = {name: up.enter_context(one.working(folder))[0] for name, one in programs.items()}
        time.sleep(SETTLE)
        before, began = {name: spent(pid) for name, pid in pids.items()}, time.monotonic()
        time.sleep(watch)
        for name, pid in pids.items():
            share = 100 * (spent(pid) - before[name]) / (time.monotonic() - began)
            report.row(name, share, "% of a core")
            if name == OURS:
                report.figure("idle_cpu_percent", share)


def spent(pid: int) -> float:
    """CPU seconds of a process, its threads and its children: the scheduler counts nanoseconds,
    where clock ticks (10 ms) would show an idle process as nothing at all."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    files = [f for one in family for f in Path(f"/proc/{one.pid}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9
