"""The job that every worker program carries: it does nothing but be counted.

A worker program learns by its environment how many jobs there are and where to tell of them, since
most of those measured here let nothing else through to a job.
"""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

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
            self.tell({"number": number, "at": time.monotonic()})
            return
        if not self.seen:
            self.first = time.monotonic()
        self.seen.append(number)
        if len(self.seen) == self.jobs:
            self.over()

    def over(self) -> None:
        last = time.monotonic()
        twice = len(self.seen) - len(set(self.seen))
        self.tell({"seconds": last - self.first, "jobs": len(self.seen), "twice": twice})

    def tell(self, facts: dict[str, float]) -> None:
        """One line, whole: nobody who follows the file reads half of one."""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, json.dumps(facts).encode() + b"\n")
        os.close(file)
