"""What must not grow while all runs for hours: memory, descriptors, files, rows, log, disk."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import psutil

from bench.load.slopes import Point
from bench.load.soak_bounds import Held, held, own_logs
from bench.load.usage import Usage, sizes
from bench.load.worker_lives import WorkerLives
from procs.records.job import State
from procs.store.limits import send_budget
from procs.store.media import looks
from procs.store.people import member_roles, repeat_tallies
from procs.store.searches import search_results
from procs.store.sites import visit_verdicts

MIB = 2**20
TABLES = """
SELECT name FROM sqlite_master
 WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'
"""
#: Tables that are kept for days, or for good: they grow with the requests, and are told for each of
#: them. All others may not grow.
RECORD = frozenset(
    {
        *("jobs", "requests", "deliveries", "workers", "cards", "buttons", "heard", "failures"),
        *("media", "media_keys", "copies", "inline_messages", "broadcasts", "broadcast_sends"),
        *("users", "preferences", "usage", "use_sums", "active_people", "engine_costs", "counters"),
        *("alerts", "tellings", "audit", "conversations", "support_threads", "support_messages"),
        *("link_checks", "machine_orders", "source_news", "source_entries"),
        *("sponsor_members", "sponsor_visits"),
    }
)
#: Tables whose rows live for so many seconds: after that they may not grow either.
SHORT: dict[str, float] = {
    "budget": send_budget.STRICT,
    "departures": send_budget.LONGEST,
    "tallies": repeat_tallies.MINUTE,
    "members": max(member_roles.BELIEVED.values()),
    "verdicts": visit_verdicts.WINDOW,
    "searches": search_results.LASTS_MINUTES,
    "looks": looks.LASTS,
    "thumbnails": looks.LASTS,
}
#: What is not over.
UNDER_WAY = {
    "jobs": f"SELECT COUNT(*) FROM jobs WHERE state < {State.DONE}",
    "requests": "SELECT COUNT(*) FROM requests WHERE state = 'open'",
    "processes": "SELECT COUNT(*) FROM workers WHERE ended_at IS NULL",
}
#: Of each worker that serves: which life it is, its process, and the jobs that it has claimed.
LIVES = "SELECT id, pid, jobs FROM workers WHERE ended_at IS NULL AND served_at IS NOT NULL"
#: Folders of the home that are bounded by their own rules (`soak_bounds`).
BOUNDED = ("logs", "backups", "engines")


@dataclass
class SoakSamples:
    """Series of (seconds, value) by name; the name begins with what it is of."""

    usage: Usage
    #: The periods of which backups are kept.
    keep: tuple[int, ...]
    series: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    #: What workers hold by the jobs that they have done, by the beginning of a series' name.
    lives: dict[str, WorkerLives] = field(default_factory=lambda: defaultdict(WorkerLives))
    #: The most that was held of what has a bound, by its name.
    bounded: dict[str, Held] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def take(self) -> None:
        """One sample of everything."""
        for name, value in self.now():
            self.series[name].append((time.monotonic() - self.began, value))
        for one in held(self.usage.stack.state, self.keep):
            if one.name not in self.bounded or one.value > self.bounded[one.name].value:
                self.bounded[one.name] = one

    def now(self) -> Iterator[tuple[str, float]]:
        """All figures of this moment by name."""
        yield from self.of_processes()
        yield from self.of_home()
        yield from self.of_tables()

    def of_processes(self) -> Iterator[tuple[str, float]]:
        """Anonymous memory and descriptors: those of one process of each kind on average, since
        workers come and go; a download's child lives for seconds and is left out."""
        found: dict[str, list[float]] = defaultdict(list)
        lives = {pid: (life, jobs) for life, pid, jobs in self.usage.stack.db.all(LIVES)}
        for kind, one in self.usage.processes():
            if kind == "child":
                continue
            with suppress(psutil.Error, OSError):
                told = {"anon MiB": anonymous(one.pid) / MIB, "descriptors": one.num_fds()}
                for name, value in told.items():
                    found[f"{name} of {kind}"].append(value)
                    if kind == "worker" and one.pid in lives:
                        self.lives[name].add(*lives[one.pid], value)
        yield from ((name, fmean(values)) for name, values in found.items())

    def of_home(self) -> Iterator[tuple[str, float]]:
        """MiB of the write-ahead log and of the folder."""
        state = self.usage.stack.state
        database = sum(file.stat().st_size for file in state.glob("chapar.db*") if file.exists())
        bounded = sum(sum(sizes(state / name)) for name in BOUNDED)
        wal = state / "chapar.db-wal"
        yield "WAL MiB", (wal.stat().st_size if wal.exists() else 0) / MIB
        yield "disk MiB beside the record", (sum(sizes(state)) - database - bounded) / MIB
        yield "files", sum(len(names) for _, _, names in unbounded(state))
        yield "files of logs, but older ones", own_logs(state)
        yield "record: database MiB", database / MIB
        yield "record: logs and backups MiB", bounded / MIB

    def of_tables(self) -> Iterator[tuple[str, float]]:
        """Rows of each table, and of what is under way."""
        db = self.usage.stack.db
        for (table,) in db.all(TABLES):
            ((count,),) = db.all(f"SELECT COUNT(*) FROM {table}")
            kind = "record: rows of" if table in RECORD else "rows of"
            yield f"{kind} {table}", float(count)
        for name, select in UNDER_WAY.items():
            yield f"rows of {name} under way", float(db.all(select)[0][0])


def unbounded(state: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """The folders of a home without those that are bounded by their own rules."""
    for place, folders, names in os.walk(state):
        if Path(place) == state:
            folders[:] = [name for name in folders if name not in BOUNDED]
        yield place, folders, names


def anonymous(pid: int) -> float:
    """RssAnon of a process, in bytes (proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return float(line.split()[1]) * 1024
    return 0.0
