"""`chapar rolling-restart`: restarts every process, one after the other, while the others serve.

The spare goes first: if what is installed now cannot start, that is found out while all N workers
still serve, and nothing else is touched. Each of the others then gives its post to the spare before
it leaves, and comes back as the spare.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daemon.command_error import NotRunning, NotUp, Refusal
from daemon.commands.job_commands import carried, short
from daemon.supervisor.control import ProcessState, Supervisor
from procs.config import Settings
from procs.core import clock
from procs.store.admins import admin_orders
from procs.store.database import Database
from procs.store.health import workers
from procs.store.health.workers import Worker
from procs.worker.process.slots import SlotLock

#: Seconds between two looks, and between two words about who is still waited for.
RESTART_POLL = 0.1
REPORT_INTERVAL = 5.0
#: States that need somebody to look; in the others a process runs, or will in a moment.
BROKEN = ("FATAL", "BACKOFF", "UNKNOWN")


class RollingRestart:
    """One rolling restart. `say` is told of each step."""

    def __init__(self, settings: Settings, db: Database, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.db = db
        self.say = say
        self.supervisor = Supervisor(settings.run)

    def run(self) -> int:
        """Restart all, and return 0. Raises NotUp; Refusal as soon as a process does not start."""
        with alone(self.settings.run):
            self.refuse_broken()
            self.until(self.all_in, "all workers to be in")
            for process in [*self.workers_in_order(), *self.others()]:
                self.renew(process)
        self.say("every process is fresh")
        return 0

    def workers_in_order(self) -> list[ProcessState]:
        """The spare, then those that serve."""
        rows = self.rows()
        found = [one for one in self.look() if one.group == "worker"]
        return sorted(found, key=lambda one: (rows[one.pid].slot is not None, one.title))

    def others(self) -> list[ProcessState]:
        """Bot, keeper and listener, unless somebody stopped one on purpose."""
        return [one for one in self.look() if one.group != "worker" and one.pid]

    def renew(self, process: ProcessState) -> None:
        """Have one process replaced; returns when its successor is in."""
        if self.is_fresh(process):
            return self.say(f"{process.title}: was replaced meanwhile")
        worker = process.group == "worker"
        self.say(f"{process.title}: {'asked to make room' if worker else 'told to stop'}")
        with suppress(NotRunning):
            self.supervisor.signal_one(process.title, "HUP" if worker else "TERM")
        self.until(lambda: self.is_fresh(process) and self.all_in(), process.title)
        self.say(self.progress_line(process))

    def is_fresh(self, old: ProcessState) -> bool:
        new = self.of(old.title)
        return new.state == "RUNNING" and new.pid not in (0, old.pid)

    def all_in(self) -> bool:
        """Whether all workers run, N of them serve and the rest is ready to."""
        running = [one for one in self.look() if one.group == "worker"]
        rows = self.rows()
        states = sorted(rows[one.pid].state if one.pid in rows else "" for one in running)
        return not states or states == ["serving"] * (len(running) - 1) + ["spare"]

    def progress_line(self, old: ProcessState) -> str:
        """A replaced process, and how its successor stands."""
        new = self.of(old.title)
        row = self.rows().get(new.pid)
        return f"{old.title}: pid {old.pid} -> {new.pid}" + (f", {row.state}" if row else "")

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait, and say for whom every few seconds. Raises Refusal when a process is broken."""
        told = clock.now().boot
        while not true():
            self.refuse_broken()
            if clock.now().boot - told >= REPORT_INTERVAL:
                told = clock.now().boot
                leaving = {one.name for one in self.rows().values() if one.state == "draining"}
                jobs = [short(job) for job in carried(self.db) if job.worker in leaving]
                self.say(f"waiting for {'; '.join([what, *jobs])}")
            time.sleep(RESTART_POLL)

    def refuse_broken(self) -> None:
        """Raises Refusal when a process does not start, or a worker was stopped on purpose: then
        there is no spare."""
        for one in self.look():
            if one.state in BROKEN or (one.group == "worker" and one.state == "STOPPED"):
                log = self.settings.logs / f"{one.name}.log"
                raise Refusal(f"{one.title} is {one.state}: nothing more is restarted; see {log}")

    def look(self) -> list[ProcessState]:
        return self.supervisor.processes()

    def of(self, title: str) -> ProcessState:
        return next(one for one in self.look() if one.title == title)

    def rows(self) -> dict[int, Worker]:
        """This machine's living workers by process id."""
        return {one.pid: one for one in workers.present(self.db) if one.here and one.alive}


@contextmanager
def alone(run: Path) -> Iterator[None]:
    """One rolling restart at a time. Raises Refusal."""
    lock = SlotLock(run / "rolling.lock")
    if not lock.take():
        raise Refusal("a rolling restart is under way already")
    try:
        yield
    finally:
        lock.free()


def run_order(rolling: RollingRestart, order: int) -> int:
    """The restart that an admin ordered from the chat: its end is written down, and the bot tells
    it. Does nothing where another process does it already."""
    db = rolling.db
    if not admin_orders.take(db, order, os.getpid()):
        return 0
    key, words = "order-restarted", {}
    try:
        rolling.run()
    except (Refusal, NotUp) as error:
        rolling.say(str(error))
        key, words = "order-refused", {"why": str(error)}
    admin_orders.end(db, order, key, words, now=clock.now())
    return 0
