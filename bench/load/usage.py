"""What the product takes while the load is on, once a second: CPU and memory by process, disk, WAL,
lock waits, the send budget; and apart from it what the test itself takes."""

import asyncio
import os
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.film.film_stack import pss, times
from daemon.command_error import NotUp
from procs.core.clock import now
from procs.core.files import event_file
from procs.errors import StoreError
from procs.store.limits.send_budget import EMPTY_AT, EVERYBODY
from tests.sandbox.stack import Stack

KINDS = ("nursery", "bot", "worker", "keeper", "watch")
NURSERY = "procs.engine.nursery.main"
LOCKS = ("door.lock", "gate.lock")
STATES = "SELECT state, COUNT(*) FROM requests GROUP BY state"
#: What reading any of it raises while the product is down.
UNREAD = (psutil.Error, NotUp, StoreError, OSError)
#: A sample of nothing, for a product that ended before it could be looked at.
NOTHING_READ: dict[str, Any] = {
    "at": 0.0,
    "cpu": {},
    "pss_mib": {},
    "test_cpu": {},
    "processes": 0,
    "disk_mib": 0.0,
    "wal_mib": 0.0,
    "lock_errors": 0,
    "lock_waits": 0,
    "at_the_gate": 0,
    "budget_s": 0.0,
    "requests": {},
}
#: Samples between two readings of memory, which cost the kernel more than the rest.
MEMORY_EVERY = 5


@dataclass
class Usage:
    """Samples of one stack; `rows` has one for each second."""

    stack: Stack
    rows: list[dict[str, Any]] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    tops: list[psutil.Process] = field(default_factory=list)
    nursery_cpu: dict[int, tuple[float, float]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    async def sample(self) -> dict[str, Any]:
        """One row: instants in seconds since the beginning, CPU in seconds so far."""
        row = {**await asyncio.to_thread(self.system), **self.store()}
        self.rows.append(row)
        return row

    def system(self) -> dict[str, Any]:
        """What the kernel tells, in a thread, since many files are read."""
        processes = list(self.processes())
        if len(self.rows) % MEMORY_EVERY == 0:
            self.memory = by_kind(processes, resident)
        return {
            "at": time.monotonic() - self.began,
            "cpu": self.cpu(processes),
            "pss_mib": self.memory,
            "test_cpu": self.own_cpu(),
            "processes": len(processes),
            **self.files(),
        }

    def processes(self) -> Iterator[tuple[str, psutil.Process]]:
        """Everything of the product, each once, with its kind; a `child` is the nursery's."""
        if not any(one.is_running() for one in self.tops):
            self.tops = self.nurseries()
        found = [pair for top in self.tops for pair in nursery_family(top)]
        yield from found
        named = {one.pid for _, one in found}
        root = psutil.Process(self.stack.supervisor.pid())
        yield "supervisord", root
        for one in root.children(recursive=True):
            if one.pid not in named:
                yield kind(one), one

    def every(self) -> list[psutil.Process]:
        """All processes of the product."""
        return [process for _, process in self.processes()]

    def nurseries(self) -> list[psutil.Process]:
        """Those of this stack: children of supervisord, or nobody's."""
        run = str((self.stack.state / "run").resolve())
        found = [p for p in psutil.process_iter(["cmdline"]) if run in (p.info["cmdline"] or ())]
        found = [p for p in found if NURSERY in p.info["cmdline"]]
        pids = {one.pid for one in found}
        return [one for one in found if parent(one) not in pids]

    def cpu(self, processes: list[tuple[str, psutil.Process]]) -> dict[str, float]:
        """CPU seconds so far by kind. Nobody waits for a nursery, so what one took that is gone is
        remembered here; what else ended is in the sum of supervisord, which waited for it."""
        for name, one in processes:
            if name == "nursery":
                with suppress(OSError):
                    self.nursery_cpu[one.pid] = times(one.pid)
        own, children = (sum(each) for each in zip(*self.nursery_cpu.values(), (0, 0), strict=True))
        return {**by_kind(processes, spent), "nursery": own, "child": children}

    def own_cpu(self) -> dict[str, float]:
        """CPU seconds of what the test is made of: the generator, Telegram, the site."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        servers = {
            name: sum(times(server.process.pid))
            for name, server in self.stack.servers.items()
            if server.process is not None
        }
        return {"generator": own.ru_utime + own.ru_stime, **servers}

    def files(self) -> dict[str, float]:
        """Disk and WAL in MiB, waits for locks, processes at the gate."""
        state = self.stack.state
        wal = state / "chapar.db-wal"
        events = event_file.totals(state / "run" / event_file.LOCKS)
        return {
            "disk_mib": sum(sizes(state)) / 2**20,
            "wal_mib": (wal.stat().st_size if wal.exists() else 0) / 2**20,
            "lock_errors": events["error"],
            "lock_waits": events["wait"],
            "at_the_gate": waiters(state / "run"),
        }

    def store(self) -> dict[str, Any]:
        """How many requests are in which state, and how far ahead the send budget is spent."""
        row = self.stack.db.one(EMPTY_AT, {"scope": EVERYBODY})
        ahead = max(0.0, float(row[0]) - now().boot) if row else 0.0
        return {"budget_s": ahead, "requests": dict(self.stack.db.all(STATES))}


def nursery_family(top: psutil.Process) -> list[tuple[str, psutil.Process]]:
    """A nursery and its children, whoever started it; nothing when it has ended."""
    try:
        return [("nursery", top), *(("child", one) for one in top.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def kind(process: psutil.Process) -> str:
    """Which part of the product a process is; a child of the engine when it cannot be told."""
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return "child"
    return next((k for k in KINDS if f"procs.{k}" in words or f".{k}." in words), "other")


def parent(one: psutil.Process) -> int:
    """The parent of a process; 0 of one that is gone by now."""
    try:
        return int(one.ppid())
    except psutil.NoSuchProcess:
        return 0


def by_kind(processes: list[tuple[str, psutil.Process]], read: Any) -> dict[str, float]:
    """Sums of what `read` says of each process; one that ended meanwhile is left out."""
    sums: dict[str, float] = {}
    for name, process in processes:
        try:
            own = read(name, process.pid)
        except (OSError, StopIteration):
            continue  # it ended since it was listed
        for heir, value in own.items():
            sums[heir] = sums.get(heir, 0.0) + value
    return sums


def spent(name: str, pid: int) -> dict[str, float]:
    """CPU seconds of a process that supervisord keeps, dead children of its own with it; those of
    supervisord are workers that ended. A nursery's child is counted when it is dead, so that no
    sum ever falls."""
    if name in ("child", "nursery"):
        return {}
    own, children = times(pid)
    return {name: own, "ended": children} if name == "supervisord" else {name: own + children}


def resident(name: str, pid: int) -> dict[str, float]:
    """A process's memory in bytes of PSS."""
    return {name: pss(pid)}


def sizes(folder: Path) -> Iterator[int]:
    """The sizes of all files below a folder, in bytes."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue  # deleted since it was listed


def waiters(run: Path) -> int:
    """Processes that wait for a write now: lines with an arrow in /proc/locks (proc(5))."""
    inodes = {str((run / name).stat().st_ino) for name in LOCKS if (run / name).exists()}
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    blocked = (line for line in lines if "->" in line)
    return sum(any(f":{inode} " in line for inode in inodes) for line in blocked)
