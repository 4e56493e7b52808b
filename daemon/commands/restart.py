"""`chapar rolling-restart`: restarts every process, one after the other, while the others serve.

The spare goes first: if what is installed now cannot start, that is found out while all N workers
still serve, and nothing else is touched. Each of the others then gives its post to the spare before
it leaves, and comes back as the spare. Where a worker was connected with Telegram, its successor
has to be before the next one goes. Each wait ends: jobs by their own bounds, all else by the clock.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daemon.command_error import NotRunning, NotServing, NotUp, Refusal, RestartUnderWay
from daemon.commands.job_commands import carried, short
from daemon.logs import idle_reasons
from daemon.supervisor.control import ProcessState, Supervisor
from procs.config import Settings
from procs.core import clock
from procs.core.files.file_lock import FileLock
from procs.store.admins import admin_orders
from procs.store.database import Database
from procs.store.health import workers
from procs.store.health.workers import Worker

#: Seconds between two looks, and between two words about who is still waited for.
RESTART_POLL = 0.1
REPORT_INTERVAL = 5.0
#: Seconds until a process that is not in is no longer waited for: a connection may take 60. Jobs of
#: one that drains end by bounds of their own.
PATIENCE = 120.0
#: States that need somebody to look; in the others a process runs, or will in a moment.
BROKEN = ("FATAL", "BACKOFF", "UNKNOWN")


class RollingRestart:
    """One rolling restart. `say` is told of each step."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        say: Callable[[str], None],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self.settings = settings
        self.db = db
        self.say = say
        self.patience = patience
        self.supervisor = Supervisor(settings.run)
        #: The processes that were told to go, in their order.
        self.told: list[str] = []
        #: The workers whose successors have to be connected.
        self.connected: set[str] = set()

    def run(self) -> int:
        """Restart all, and return 0. Raises NotUp; Refusal as soon as a process does not start;
        NotServing when one is not in after `patience` seconds."""
        with alone(self.settings.run):
            self.start_broken()
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
        worker, row = process.group == "worker", self.rows().get(process.pid)
        if row and row.connected_at is not None:
            self.connected.add(process.title)
        self.told.append(process.title)
        self.say(f"{process.title}: {'asked to make room' if worker else 'told to stop'}")
        with suppress(NotRunning):
            self.supervisor.signal_one(process.title, "HUP" if worker else "TERM")
        self.until(lambda: self.is_fresh(process) and self.all_in(), process.title)
        self.say(self.progress_line(process))

    def go_back(self) -> None:
        """Have the processes that were told to go replaced once more, by what they were before.
        Says which of them could not be."""
        again, self.told = self.told, []
        self.connected.clear()
        self.start_broken()
        for title in again:
            try:
                with alone(self.settings.run):
                    self.renew(self.of(title))
            except (Refusal, NotServing) as error:
                self.say(f"{title} goes back at its next start: {error}")

    def is_fresh(self, old: ProcessState) -> bool:
        """Whether another process runs in the place of an old one."""
        new = self.of(old.title)
        return new.state == "RUNNING" and new.pid not in (0, old.pid)

    def all_in(self) -> bool:
        """Whether all workers run, N of them serve and the rest is ready to."""
        running = [one for one in self.look() if one.group == "worker"]
        rows = self.rows()
        if any(one.title in self.connected and self.is_away(rows.get(one.pid)) for one in running):
            return False
        states = sorted(rows[one.pid].state if one.pid in rows else "" for one in running)
        return not states or states == ["serving"] * (len(running) - 1) + ["spare"]

    @staticmethod
    def is_away(row: Worker | None) -> bool:
        """Whether a worker is not connected with Telegram."""
        return row is None or row.connected_at is None

    def progress_line(self, old: ProcessState) -> str:
        """A replaced process, and how its successor stands."""
        new = self.of(old.title)
        row = self.rows().get(new.pid)
        return f"{old.title}: pid {old.pid} -> {new.pid}" + (f", {row.state}" if row else "")

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait, and say for whom every few seconds. Raises Refusal when a process is broken, and
        NotServing when it is not true after `patience` seconds, those left out in which jobs of
        a worker that leaves ran."""
        began, told = clock.now(), clock.now().boot
        since = began.boot
        while not true():
            self.refuse_broken()
            now = clock.now().boot
            if now - told >= REPORT_INTERVAL:
                told, jobs = now, self.jobs_left()
                since = now if jobs else since
                self.say(f"waiting for {'; '.join([what, *jobs])}")
            if now - since >= self.patience:
                raise NotServing(self.gave_up(what, began.wall))
            time.sleep(RESTART_POLL)

    def jobs_left(self) -> list[str]:
        """The jobs that workers finish before they leave."""
        leaving = {one.name for one in self.rows().values() if one.state == "draining"}
        return [short(job) for job in carried(self.db) if job.worker in leaving]

    def gave_up(self, what: str, since: float) -> str:
        """What was waited for, and what is known of why: no more than the rows and the log say."""
        name = what.rpartition(":")[2]
        faults = idle_reasons.last_faults(self.settings.logs, since)
        logged = [f"logged {one}" for one in faults if one.startswith(f"{name}: ") or name == what]
        known = "; ".join([*self.missing(), *logged])
        return (
            f"gave up waiting for {what} after {self.patience:g} s{f' ({known})' * bool(known)}; "
            "nothing more is restarted, and what served before serves on"
        )

    def missing(self) -> Iterator[str]:
        """What each worker still lacks."""
        rows = self.rows()
        for one in self.look():
            row = rows.get(one.pid)
            if one.group != "worker":
                if one.pid and one.state != "RUNNING":
                    yield f"{one.title} is {one.state}"
            elif row is None:
                yield f"{one.title} has not started to work"
            elif row.state == "draining":
                yield f"{one.title} still drains"
            elif one.title in self.connected and self.is_away(row):
                yield f"{one.title} has no connection with Telegram"
        serving = sum(row.slot is not None for row in rows.values())
        if serving < self.settings.workers:
            yield f"{serving} of {self.settings.workers} workers serve"

    def start_broken(self) -> None:
        """Have supervisord try again what it gave up, and await what it tries again by itself: what
        keeps it down may be mended, as by files that were put back."""
        end = clock.now().boot + self.patience
        while any(one.state == "BACKOFF" for one in self.look()) and clock.now().boot < end:
            time.sleep(RESTART_POLL)
        for one in self.look():
            if one.state == "FATAL":
                self.say(f"{one.title}: was {one.state}, is started again")
                with suppress(NotRunning):
                    self.supervisor.start_one(one.title)

    def refuse_broken(self) -> None:
        """Raises Refusal when a process does not start, or a worker was stopped on purpose: then
        there is no spare."""
        for one in self.look():
            if one.state in BROKEN or (one.group == "worker" and one.state == "STOPPED"):
                log = self.settings.logs / f"{one.name}.log"
                raise Refusal(f"{one.title} is {one.state}: nothing more is restarted; see {log}")

    def look(self) -> list[ProcessState]:
        """All processes, as supervisord knows them now."""
        return self.supervisor.processes()

    def of(self, title: str) -> ProcessState:
        """The process of a name now."""
        return next(one for one in self.look() if one.title == title)

    def rows(self) -> dict[int, Worker]:
        """This machine's living workers by process id."""
        return {one.pid: one for one in workers.present(self.db) if one.here and one.alive}


@contextmanager
def alone(run: Path) -> Iterator[None]:
    """One rolling restart or move at a time. Raises RestartUnderWay."""
    lock = FileLock(run / "rolling.lock")
    if not lock.take():
        raise RestartUnderWay("a move or a rolling restart is under way already")
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
    key, words = admin_orders.RESTARTED, {}
    try:
        rolling.run()
    except (Refusal, NotServing, NotUp) as error:
        rolling.say(str(error))
        key, words = "order-refused", {"why": str(error)}
    admin_orders.end(db, order, key, words, now=clock.now())
    return 0
