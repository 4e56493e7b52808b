"""storm_lost, storm_twice: real workers killed and put to sleep at random while they work.

Four workers carry 1,500 deliveries. Every moment one of them is killed, or stopped for longer than
its lease lasts and then let go on, so that it comes back to a job that another has. An accepted end
of a job is counted by a trigger, in the transaction that accepts it: no death can hide one.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.queue import children, table
from bench.queue.report import Report
from bench.queue.table import Table
from procs.core.clock import now
from procs.records.job import State
from procs.store import wake
from procs.store.database import Database
from procs.store.health.workers import start_of
from procs.store.jobs import recovery

JOBS, USERS, WORKERS = 1500, 20, 4
#: The storm goes on until so many are dead, else it proves nothing.
KILLS = 40
#: Seconds of one job, of a lease, of a sleep that outlasts it, and between two attacks.
WORK, TTL, SLEEP, PAUSE = 0.03, 0.3, 0.6, 0.15
#: Seconds a worker is let grow up: who dies at birth holds nothing.
YOUTH = 0.1
PATIENCE = 90.0

WATCH = (
    "CREATE TABLE ends (job INTEGER NOT NULL)",
    f"""
    CREATE TRIGGER job_ends AFTER UPDATE OF state ON jobs
      WHEN NEW.state = {State.DONE:d} AND OLD.state <> {State.DONE:d}
     BEGIN INSERT INTO ends (job) VALUES (NEW.id); END
    """,
)
UNDONE = f"SELECT COUNT(*) FROM jobs WHERE state <> {State.DONE:d}"
TWICE = "SELECT COUNT(*) FROM (SELECT job FROM ends GROUP BY job HAVING COUNT(*) > 1)"


@dataclass
class Victim:
    """One worker, and since when it lives or (when it is stopped) until when it sleeps."""

    pid: int
    born: float = field(default_factory=time.monotonic)
    sleeps_until: float = 0.0

    def send(self, signum: signal.Signals) -> None:
        """Send a signal; a process that is gone gets none."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signum)


class Crew:
    """Workers that are replaced when they die, and somebody who attacks them."""

    def __init__(self, folder: Path, words: Path) -> None:
        pipe = subprocess.PIPE
        hand = ("-m", "bench.queue.hand", folder, words, "--work", WORK, "--ttl", TTL, "--births")
        self.births = children.python(hand, stdin=pipe, stdout=pipe)
        self.lock = threading.Lock()
        self.living = [self.born() for _ in range(WORKERS)]
        self.deeds: Counter[str] = Counter()
        self.calm = threading.Event()

    def born(self) -> Victim:
        """A new worker, forked by the process that holds all imports."""
        told, said = children.pipes(self.births)
        told.write(b"one more\n")
        told.flush()
        return Victim(int(said.readline()))

    def bury(self) -> int:
        """How many have died since the last call; each has a successor now."""
        with self.lock:
            dead = [one for one in self.living if not start_of(one.pid)]
            self.living = [one for one in self.living if one not in dead]
            self.living += [self.born() for _ in dead]
        return len(dead)

    def attack(self) -> None:
        """Until calm. Only sends signals: it goes on while the parent waits for a gate that a
        sleeper holds."""
        while not self.calm.wait(PAUSE * random.uniform(0.5, 1.5)):
            with self.lock:
                self.wake(time.monotonic())
                self.strike(random.choice(("kill", "kill", "stop")), time.monotonic())
        self.wake(float("inf"))

    def strike(self, deed: str, instant: float) -> None:
        """Kill anybody who is grown up, asleep or not; or send somebody to sleep."""
        grown = [one for one in self.living if one.born + YOUTH < instant]
        if deed == "stop":
            grown = [one for one in grown if not one.sleeps_until]
        if not grown:
            return
        victim = random.choice(grown)
        self.deeds[deed] += 1
        if deed == "stop":
            victim.sleeps_until = instant + SLEEP
        victim.send(signal.SIGSTOP if deed == "stop" else signal.SIGKILL)

    def wake(self, instant: float) -> None:
        """Let those go on whose sleep is over at this instant."""
        for one in self.living:
            if one.sleeps_until and one.sleeps_until < instant:
                one.sleeps_until = 0.0
                one.send(signal.SIGCONT)

    @contextmanager
    def storm(self) -> Iterator[None]:
        """Attack as long as the block lasts."""
        attacker = threading.Thread(target=self.attack)
        attacker.start()
        try:
            yield
        finally:
            self.calm.set()
            attacker.join()

    def end(self) -> None:
        """Kill the one they are born of; none outlives it."""
        children.end(self.births)


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Jobs that were lost and jobs that ended twice, after all kills."""
    jobs = JOBS // 5 if quick else JOBS
    words = folder / "words"
    words.touch()
    with Table(folder).make().opened() as db:
        with db.write():
            for statement in WATCH:
                db.change(statement)
        table.fill(db, [table.delivery(n % USERS, n=n) for n in range(jobs)])
        crew = Crew(folder, words)
        try:
            with crew.storm():
                weather(db, crew, kills=0 if quick else KILLS)
            settle(db, crew)
        finally:
            crew.end()
        tell(report, db, crew, words)


def weather(db: Database, crew: Crew, *, kills: int) -> None:
    """Do a supervisor's and a keeper's part until the jobs are over, or the storm is too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (undone(db) or crew.deeds["kill"] < kills):
        look(db, crew)


def look(db: Database, crew: Crew) -> None:
    """What the product's daemon and keeper do: release dead workers' jobs, reap, wake."""
    freed = recovery.release_dead(db, now=now()) if crew.bury() else 0
    freed += recovery.reap(db, now=now())
    wake.notify_idle(db.run, freed)
    time.sleep(0.02)


def settle(db: Database, crew: Crew) -> None:
    """The sun is out: whatever was left is finished now, or it is lost."""
    deadline = time.monotonic() + 10
    while undone(db) and time.monotonic() < deadline:
        look(db, crew)


def undone(db: Database) -> int:
    """Jobs that are not done."""
    return int(db.all(UNDONE)[0][0])


def tell(report: Report, db: Database, crew: Crew, words: Path) -> None:
    """Print what happened, and both figures."""
    report.part(f"A storm over {WORKERS} workers")
    said = Counter(line["word"] for line in heard(words))
    for deed, meaning in (("kill", "kills"), ("stop", "sleeps past the lease")):
        report.row(meaning, crew.deeds[deed])
    report.row("jobs started", said["started"])
    report.row("late finishes refused", said["refused"])
    report.figure("storm_lost", undone(db))
    report.figure("storm_twice", db.all(TWICE)[0][0])


def heard(words: Path) -> Iterator[dict[str, str]]:
    """The words that were appended to the file so far."""
    for line in children.told(words, patience=1.0):
        if line is None:
            return
        yield line
