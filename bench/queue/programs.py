"""Worker programs side by side: the same jobs, one worker of each, jobs per second.

Every job is enqueued first, then the worker is started; the time runs from its first job to its
last, so no program's start counts against it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bench.queue.tally import FILE, JOBS
from procs.process import end_with_parent

ROOT = Path(__file__).parents[2]
#: Seconds in which a worker program must have done what it is measured by.
PATIENCE = 90.0


class Keeper(Protocol):
    """What a program may need beside it."""

    def look(self) -> None:
        """Called now and then while the worker runs."""

    def all_finished(self) -> None:
        """Return when no job is left. Raises TimeoutError when some stay."""


@dataclass(frozen=True)
class Program:
    """A queue with a worker program. `module` is ours, under `peers`; `command` starts a worker;
    `place` is where the queue's file or server is."""

    name: str
    module: str
    command: tuple[str, ...]
    place: str
    jobs: int
    environment: dict[str, str] = field(default_factory=dict)
    #: For ours: what stands beside the worker in the product too, and sees that no job is left.
    keeper: Keeper | None = None

    def enqueue(self, jobs: int, *, probes: bool = False) -> dict[str, Any]:
        """Let a process of its own enqueue."""
        words = ["-m", "bench.queue.peers.producer", self.module, str(jobs)]
        ran = subprocess.run(
            [sys.executable, *words, *(["--probes"] if probes else [])],
            env=self._environment(Path(os.devnull)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        told: dict[str, Any] = json.loads(ran.stdout)
        return told

    def rate(self, folder: Path) -> float:
        """Jobs per second of one worker. Raises RuntimeError when one ran twice."""
        self.enqueue(self.jobs)
        with self.working(folder) as tally:
            told = next(self.follow(tally))
            if self.keeper:
                self.keeper.all_finished()
        if told["twice"]:
            raise RuntimeError(f"{self.name} ran {told['twice']} jobs twice")
        return float(told["jobs"] / told["seconds"])

    @contextmanager
    def working(self, folder: Path) -> Iterator[Path]:
        """One worker, running; the file in which it tells of jobs."""
        tally = folder / f"{self.module}-{time.monotonic_ns()}.tally"
        tally.touch()
        with (folder / f"{self.module}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, *self.command],
                env=self._environment(tally),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, signal.SIGKILL),
            )
        try:
            yield tally
        finally:
            # Not asked to leave: some take longer to leave than to work.
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def follow(self, tally: Path) -> Iterator[dict[str, Any]]:
        """What the worker tells, line by line. Raises TimeoutError when it falls silent."""
        deadline = time.monotonic() + PATIENCE
        with tally.open() as lines:
            while True:
                line = lines.readline()
                if line:
                    deadline = time.monotonic() + PATIENCE
                    yield json.loads(line)
                elif time.monotonic() > deadline:
                    raise TimeoutError(f"{self.name} is silent for {PATIENCE:.0f} s")
                else:
                    if self.keeper:
                        self.keeper.look()
                    time.sleep(0.05)

    def _environment(self, tally: Path) -> dict[str, str]:
        ours = {"BENCH_PLACE": self.place, FILE: str(tally), JOBS: str(self.jobs)}
        return {**os.environ, **ours, **self.environment}
