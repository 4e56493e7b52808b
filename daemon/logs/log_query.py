"""Which entries somebody wants to see."""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from procs.core.log_files import log_entries
from procs.core.log_files.log_entries import LogEntry

#: The processes whose logs `--worker` shows.
WORKERS = re.compile(r"worker-\d+|nursery")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """`marks` find a job or a code; an entry has to have one of them. `processes` are names of
    files; `since` is a wall instant. What is empty keeps nothing out."""

    marks: tuple[re.Pattern[str], ...] = ()
    processes: frozenset[str] = frozenset()
    since: float = 0.0

    @property
    def is_narrow(self) -> bool:
        """Whether entries of all ages are wanted, so that old files have to be read too."""
        return bool(self.marks or self.since)

    def wants(self, entry: LogEntry) -> bool:
        """Whether an entry is new enough and has one of the marks."""
        if self.since and entry.at < stamp(self.since):
            return False
        return not self.marks or any(mark.search(entry.text) for mark in self.marks)

    def wants_process(self, name: str) -> bool:
        """Whether entries of a process are wanted; all are where none is named."""
        return not self.processes or name in self.processes


def stamp(wall: float) -> str:
    """An instant as entries have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(wall))


def of_worker(word: str, names: Collection[str]) -> frozenset[str]:
    """The processes that `--worker` names: all workers and their nursery, or the one of this number
    or name (`3`, `worker-03`, `worker:worker-03`, `w03-812`). Empty where there is none."""
    number = re.fullmatch(r"(?:worker[:-])*w?(\d+)(?:-\d+)?", word)
    if not word:
        return frozenset(filter(WORKERS.fullmatch, names))
    wanted = f"worker-{int(number[1]):02d}" if number else word
    return frozenset({wanted} & set(names))


def of_job(job: int, code: str) -> tuple[re.Pattern[str], ...]:
    """What entries about a job have in them: its number, and the code that a person was given."""
    marks = [log_entries.mark("job", job)] if job else []
    return (*marks, *([log_entries.mark("code", code)] if code else []))
