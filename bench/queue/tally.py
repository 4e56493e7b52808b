"""The job that every worker program carries: it does nothing but be counted.

A worker program learns by its environment how many jobs there are and where to tell of them, since
most of those measured here let nothing else through to a job.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.queue.children import tell

FILE, JOBS = "BENCH_TALLY", "BENCH_JOBS"
#: The number of a job whose start is told at once instead of counted.
PROBE = 1_000_000_000


@dataclass
class Tally:
    """Counts the jobs of one process, and tells when the last one has run."""

    path: Path = field(default_factory=lambda: Path(os.environ[FILE]))
    jobs: int = field(default_factory=lambda: int(os.environ[JOBS]))
    seen: list[int] = field(default_factory=list)
    first: float = 0.0

    def ran(self, number: int) -> None:
        """One job ran. Monotonic seconds: the same clock in every process of the machine."""
        if number >= PROBE:
            tell(self.path, {"number": number, "at": time.monotonic()})
            return
        if not self.seen:
            self.first = time.monotonic()
        self.seen.append(number)
        if len(self.seen) == self.jobs:
            self.over()

    def over(self) -> None:
        """Tell seconds, jobs, and how many ran twice."""
        seconds, jobs = time.monotonic() - self.first, len(self.seen)
        tell(self.path, {"seconds": seconds, "jobs": jobs, "twice": jobs - len(set(self.seen))})
