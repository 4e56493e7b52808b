"""A worker program of some queue, and what is measured of it."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bench.queue import children
from bench.queue.tally import FILE, JOBS

#: Seconds of silence after which a worker program is given up.
PATIENCE = 60.0


class Keeper(Protocol):
    """What a program may need beside it."""

    def look(self) -> None:
        """Called now and then while the worker runs."""

    def all_finished(self) -> None:
        """Return when no job is left. Raises TimeoutError when some stay."""


@dataclass(frozen=True)
class Program:
    """`module` is ours, under `peers`; `command` starts a worker; `place` is where the queue's
    file or server is."""

    name: str
    module: str
    command: tuple[str, ...]
    place: str
    jobs: int
    environment: dict[str, str] = field(default_factory=dict)
    #: For ours: what stands beside the worker in the product too, and sees that no job is left.
    keeper: Keeper | None = None

    def rate(self, folder: Path) -> float:
        """Jobs per second of one worker: every job is enqueued first, and the time runs from the
        first job to the last, so no start of a program counts. Raises RuntimeError when a job ran
        twice."""
        self.enqueue(self.jobs)
        with self.working(folder) as (_, tally):
            told = next(self.follow(tally))
            if self.keeper:
                self.keeper.all_finished()
        if told["twice"]:
            raise RuntimeError(f"{self.name} ran {told['twice']} jobs twice")
        return float(told["jobs"] / told["seconds"])

    def wakes(self, folder: Path, probes: int) -> list[float]:
        """Milliseconds from just before an enqueue to the job's start in a worker that slept."""
        with self.working(folder) as (_, tally):
            lines = self.follow(tally)
            self.probe(1, lines)  # now it is there
            return self.probe(probes, lines)

    def probe(self, probes: int, lines: Iterator[dict[str, Any]]) -> list[float]:
        """Milliseconds from each enqueue to the start of its job in a worker that sleeps."""
        began = self.enqueue(probes, probes=True)["began"]
        starts = [next(lines) for _ in range(probes)]
        return [1000 * (start["at"] - began[str(start["number"])]) for start in starts]

    def enqueue(self, jobs: int, *, probes: bool = False) -> dict[str, Any]:
        """Let a process of its own enqueue."""
        words = ["-m", "bench.queue.peers.producer", self.module, jobs]
        producer = children.python(
            [*words, *(["--probes"] if probes else [])],
            environment=self._environment(Path(os.devnull)),
            stdout=subprocess.PIPE,
        )
        said, _ = producer.communicate()
        if producer.returncode:
            raise RuntimeError(f"nothing can be enqueued with {self.name}")
        told: dict[str, Any] = json.loads(said)
        return told

    @contextmanager
    def working(self, folder: Path) -> Iterator[tuple[int, Path]]:
        """One worker, running: its pid, and the file in which it tells of jobs."""
        tally = folder / f"{self.module}-{time.monotonic_ns()}.tally"
        tally.touch()
        with (folder / f"{self.module}.log").open("ab") as log:
            environment = self._environment(tally)
            worker = children.python(self.command, environment=environment, stdout=log, stderr=log)
        try:
            yield worker.pid, tally
        finally:
            children.end(worker)

    def follow(self, tally: Path) -> Iterator[dict[str, Any]]:
        """What the worker tells, line by line. Raises TimeoutError when it falls silent."""
        for line in children.told(tally, patience=PATIENCE):
            if line is not None:
                yield line
            elif self.keeper:
                self.keeper.look()

    def _environment(self, tally: Path) -> dict[str, str]:
        ours = {"BENCH_PLACE": self.place, FILE: str(tally), JOBS: str(self.jobs)}
        return {**ours, **self.environment}
