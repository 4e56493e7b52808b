"""rescue_p99_ms: from the kill of a worker that holds a lease to the job's start in another.

The parent sees the death as a supervisor does, takes the dead worker's jobs back and wakes an idle
one. The rescuer of one round is the victim of the next.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.queue import children, table
from bench.queue.report import Report
from bench.queue.rounds import middle, percentile
from bench.queue.table import Table
from procs.core.clock import now
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import recovery

PATIENCE = 30.0
#: Seconds: longer than the bench.
FOREVER = 3600.0


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Milliseconds from each kill to the job's start elsewhere."""
    report.part("kill -9 of a worker that holds a job, to the job's start in another")
    took = rescues(folder, 10 if quick else 60)
    report.row("ours", middle(took), "ms", note=f"most {max(took):.1f} ms")
    report.figure("rescue_p99_ms", percentile(took, 0.99))


def rescues(folder: Path, times: int) -> list[float]:
    """Milliseconds of each."""
    words = folder / "words"
    words.touch()
    lines = heard(words)
    with Table(folder).make().opened() as db:
        holder = hand(folder, words)
        table.enqueue(db, [table.delivery(1)], full=True)
        until(lines, "started", holder)
        took = []
        try:
            for _ in range(times):
                spare = hand(folder, words)
                until(lines, "resting", spare)
                killed = kill(db, holder)
                took.append(1000 * (until(lines, "started", spare)["at"] - killed))
                holder = spare
        finally:
            children.end(holder)
    return took


def hand(folder: Path, words: Path) -> subprocess.Popen[bytes]:
    """Start a worker that holds its job for ever."""
    return children.python(("-m", "bench.queue.hand", folder, words, "--work", FOREVER))


def kill(db: Database, victim: subprocess.Popen[bytes]) -> float:
    """Kill, and do what the parent of a dead worker does. Returns the instant of the kill."""
    began = time.monotonic()
    victim.kill()
    victim.wait()
    wake.notify_idle(db.run, recovery.release_dead(db, now=now()))
    return began


def heard(words: Path) -> Iterator[dict[str, Any]]:
    """The words that workers append to the file, as they come."""
    return (line for line in children.told(words, patience=PATIENCE) if line)


def until(
    lines: Iterator[dict[str, Any]], word: str, who: subprocess.Popen[bytes]
) -> dict[str, Any]:
    """The first such word of one process."""
    return next(line for line in lines if line["word"] == word and line["pid"] == who.pid)
