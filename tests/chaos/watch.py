"""Looks at a stack again and again: which processes it has, what it accepted, what it delivered.

One that looks for all who wait, since each look costs the stack something.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from daemon.command_error import NotUp
from daemon.supervisor import process_tree
from daemon.supervisor.control import ProcessState
from procs.records.job import State
from tests.chaos.storm_stack import StormStack

#: Seconds between two looks: so exact is a time of recovery.
LOOK = 0.4
ACCEPTED = "SELECT COUNT(*) FROM requests"
DELIVERED = "SELECT COUNT(*) FROM deliveries WHERE receipt IS NOT NULL"
#: Downloads, by how often they were claimed or reaped; and those whose media is with Telegram.
DOWNLOADS = "SELECT id, fence FROM jobs WHERE kind = 'fetch'"
FETCHED = f"{DOWNLOADS} AND state = {State.DONE}"
NURSERY = "procs.engine.nursery.main"


@dataclass
class Watch:
    """`processes` by title, as supervisord told last; `looks` grows with each look; `fetched` are
    the downloads that are over, by job with its fence."""

    stack: StormStack
    processes: dict[str, ProcessState] = field(default_factory=dict)
    accepted: int = 0
    delivered: int = 0
    fetched: dict[int, int] = field(default_factory=dict)
    looks: int = 0

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """Count first: supervisord answers late while it is busy, and not while it is stopped."""
        self.count()
        self.looks += 1
        with suppress(NotUp):
            found = await asyncio.to_thread(self.stack.supervisor.processes)
            self.processes = {one.title: one for one in found}

    def count(self) -> None:
        """What was accepted and delivered until now, or until there was a database to read."""
        self.accepted = self.number(ACCEPTED, self.accepted)
        self.delivered = self.number(DELIVERED, self.delivered)
        rows = self.stack.read(FETCHED)
        self.fetched = self.fetched if rows is None else dict(rows)

    def downloads(self) -> dict[int, int]:
        """All downloads that there are, by job with its fence; those that are over while there is
        no database to read."""
        rows = self.stack.read(DOWNLOADS)
        return self.fetched if rows is None else dict(rows)

    def number(self, sql: str, before: int) -> int:
        rows = self.stack.read(sql)
        return int(rows[0][0]) if rows else before

    async def until(self, true: Callable[[], bool], patience: float) -> float:
        """Seconds until something is true. Raises TimeoutError."""
        began = time.monotonic()
        async with asyncio.timeout(patience):
            while not true():
                await asyncio.sleep(LOOK / 2)
        return time.monotonic() - began

    # --- who can be met --------------------------------------------------------------------

    def kept(self, kind: str, old: float = 0.0) -> list[ProcessState]:
        """The processes that supervisord keeps under this name and that have lived so long."""
        return [
            one
            for title, one in sorted(self.processes.items())
            if title.split(":")[0] == kind and one.pid and age(one.pid) >= old
        ]

    def nurseries(self) -> list[psutil.Process]:
        """The nursery of this stack, which no supervisor keeps; its children share its name."""
        mine = {NURSERY, str(self.stack.state / "run")}
        found = {
            one.pid: one
            for one in psutil.process_iter(["cmdline"])
            if mine <= set(one.info["cmdline"] or [])
        }
        return [one for one in found.values() if parent(one) not in found]

    def children(self) -> list[psutil.Process]:
        """What the nursery has forked: a download each."""
        found: list[psutil.Process] = []
        for one in self.nurseries():
            with suppress(psutil.Error):
                found += one.children()
        return sorted(found, key=lambda one: one.pid)

    def supervisor(self) -> int | None:
        """The pid of supervisord, which answers no question while it is stopped."""
        return process_tree.supervisor_of(self.stack.state / "run")


def parent(one: psutil.Process) -> int:
    try:
        return one.ppid()
    except psutil.Error:
        return 0


def age(pid: int) -> float:
    """Seconds that a process has lived; 0 when it is gone."""
    try:
        return time.time() - psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0
