"""What must not grow while all runs for hours: memory, descriptors, files, rows, log, disk."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.load.slopes import Point
from bench.load.usage import Usage, sizes
from procs.records.job import State

MIB = 2**20
TABLES = """
SELECT name FROM sqlite_master
 WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'
"""
#: Tables of what is under way, or is there once: none may grow. All others are the record of what
#: was done, which is kept for days: it grows with the requests, and is told for each of them.
WORK = frozenset(
    {
        *("progress", "reservations", "uploads", "waits", "pauses", "breakers", "notices"),
        *("held_messages", "passing_messages", "job_files", "bot_lease", "bot_places", "deaf"),
        *("disks", "engines", "host_lists", "sessions", "settings", "machines", "paces", "modes"),
        *("mode_rules", "bans", "sponsors", "sources", "follows", "admin_orders", "alert_mutes"),
    }
)
#: What is not over.
UNDER_WAY = {
    "jobs": f"SELECT COUNT(*) FROM jobs WHERE state < {State.DONE}",
    "requests": "SELECT COUNT(*) FROM requests WHERE state = 'open'",
    "processes": "SELECT COUNT(*) FROM workers WHERE ended_at IS NULL",
}
#: Folders of the home that are bounded by their own rules.
BOUNDED = ("logs", "backups", "engines")


@dataclass
class SoakSamples:
    """Series of (seconds, value) by name; the name begins with what it is of."""

    usage: Usage
    series: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    began: float = field(default_factory=time.monotonic)

    def take(self) -> None:
        """One sample of everything."""
        for name, value in self.now():
            self.series[name].append((time.monotonic() - self.began, value))

    def now(self) -> Iterator[tuple[str, float]]:
        """All figures of this moment by name."""
        yield from self.of_processes()
        yield from self.of_home()
        yield from self.of_tables()

    def of_processes(self) -> Iterator[tuple[str, float]]:
        """Anonymous memory and descriptors: those of one process of each kind on average, since
        workers come and go; a download's child lives for seconds and is left out."""
        memory: dict[str, list[float]] = defaultdict(list)
        files: dict[str, list[float]] = defaultdict(list)
        for kind, one in self.usage.processes():
            if kind == "child":
                continue
            with suppress(psutil.Error, OSError):
                memory[kind].append(anonymous(one.pid))
                files[kind].append(one.num_fds())
        for kind in memory:
            yield f"anon MiB of {kind}", sum(memory[kind]) / len(memory[kind]) / MIB
            yield f"descriptors of {kind}", sum(files[kind]) / max(len(files[kind]), 1)

    def of_home(self) -> Iterator[tuple[str, float]]:
        """MiB of the write-ahead log and of the folder."""
        state = self.usage.stack.state
        database = sum(file.stat().st_size for file in state.glob("chapar.db*") if file.exists())
        bounded = sum(sum(sizes(state / name)) for name in BOUNDED)
        wal = state / "chapar.db-wal"
        yield "WAL MiB", (wal.stat().st_size if wal.exists() else 0) / MIB
        yield "disk MiB beside the record", (sum(sizes(state)) - database - bounded) / MIB
        yield "files", sum(len(names) for _, _, names in unbounded(state))
        yield "record: database MiB", database / MIB
        yield "record: logs and backups MiB", bounded / MIB

    def of_tables(self) -> Iterator[tuple[str, float]]:
        """Rows of each table, and of what is under way."""
        db = self.usage.stack.db
        for (table,) in db.all(TABLES):
            ((count,),) = db.all(f"SELECT COUNT(*) FROM {table}")
            kind = "rows of" if table in WORK else "record: rows of"
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
