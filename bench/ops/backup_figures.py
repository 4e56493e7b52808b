"""What backups cost and whether they are right: while writers do nothing else, and of a large
database.

As in the product, the process that takes them is a nice one, and a keeper moves the log into the
database: without it the log grows for ever, which no writer of a real Chapar meets.
"""

import multiprocessing
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

from daemon.commands import launch
from daemon.commands.backups import restore_command
from daemon.console import open_store
from procs import config
from procs.backups import backup_taker
from procs.backups.__main__ import NICE
from procs.backups.backup_errors import BackupFailed
from procs.config import Settings
from procs.core import clock, process
from procs.records.job import Ask, Link, Person
from procs.store.database import open_database
from procs.store.people import users
from procs.store.requests import requests

GOALS = {"backup_bad": 0.0, "writer_p99_ms_during_backup": 250.0, "restore_s": 60.0}
WRITERS = 2
#: Backups of one database. The writers fill it as fast as it goes, and each backup is judged whole,
#: so that 300 of one database would take hours and say nothing more.
OF_ONE = 20
#: Seconds between two rounds of the keeper (`procs/keeper/schedule.py`), and without backups.
KEEPER_ROUND, ALONE = 10.0, 5.0
#: A finished job and its request, a million times.
FILL = """
INSERT INTO {table} ({columns}) WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n
 WHERE i <= {count}) SELECT {values} FROM n, {table} WHERE {table}.id = 1
"""
DONE = (
    "UPDATE jobs SET state = 20, seat = NULL, mark = NULL, worker = NULL",
    "UPDATE requests SET state = 'delivered', ended_at = received_at",
)


def measure(backups: int) -> dict[str, float]:
    """The figures of so many `backups` under load, by their names."""
    load = LoadedBackups()
    while load.taken < backups:
        with tempfile.TemporaryDirectory(prefix="bo-", dir="/tmp") as folder:
            under_load(made(Path(folder)), min(OF_ONE, backups - load.taken), load)
        said = f"{load.taken} of {backups} backups, {load.bad} bad, {load.seconds:.0f} s, "
        said += f"writer p99 {p99_ms(load.during):.0f} ms"
        print(said, file=sys.stderr, flush=True)
    return load.figures()


def made(home: Path) -> Settings:
    """An empty home with its database."""
    settings = config.load(
        {"CHAPAR_HOME": str(home), "CHAPAR_ENV_FILE": os.devnull}, need_telegram=False
    )
    launch.make_folders(settings)
    open_store.prepare(settings)
    return settings


def submit(db: Any, user: int, message: int) -> None:
    """Accept a link of a person, as the bot does."""
    users.remember(db, Person(user, "en", "somebody"), now=clock.now())
    link = Link(
        f"https://site.example/{user}/{message}", "site.example", f"k:{user}:{message}", "best"
    )
    requests.submit(db, [Ask(user, user, message, 0, link)], now=clock.now())


def write(settings: Settings, user: int, stop: Any, told: Any) -> None:
    """Accept requests as fast as it goes; tell when each began and how long it took, in seconds."""
    db, took = open_database(settings.database_url, run=settings.run), []
    message = 0
    while not stop.is_set():
        message, began = message + 1, time.perf_counter()
        submit(db, user, message)
        took.append((began, time.perf_counter() - began))
    told.put(took)


def keep(settings: Settings, stop: Any) -> None:
    """Maintain the database as often as the keeper does."""
    db = open_database(settings.database_url, run=settings.run)
    while not stop.wait(KEEPER_ROUND):
        db.maintain()


def back_up(settings: Settings, backups: int, told: Any) -> None:
    """Take so many, each verified; tell how many were bad."""
    process.be_nice(NICE)
    bad = 0
    for _ in range(backups):
        try:
            path = settings.backup_folder / backup_taker.take(settings, lambda line: None).name
            path.unlink()
        except BackupFailed:
            bad += 1
    told.put(bad)


@dataclass(slots=True)
class LoadedBackups:
    """What was seen of all backups: how many, of them bad, and the seconds of every write."""

    taken: int = 0
    bad: int = 0
    seconds: float = 0.0
    alone: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """The figures by their names; times of writes in ms, of a backup in seconds."""
        return {
            "backups": self.taken,
            "backup_bad": self.bad,
            "backup_s": self.seconds / max(1, self.taken),
            "writes_during_backup": len(self.during),
            "writer_p99_ms_alone": p99_ms(self.alone),
            "writer_p99_ms_during_backup": p99_ms(self.during),
        }


def under_load(settings: Settings, backups: int, load: LoadedBackups) -> None:
    """Write alone for a while, then take backups beside the writers."""
    told: Queue[list[tuple[float, float]]] = multiprocessing.Queue()
    judged: Queue[int] = multiprocessing.Queue()
    stop = multiprocessing.Event()
    facts = [(settings, 100 + n, stop, told) for n in range(WRITERS)]
    beside = [multiprocessing.Process(target=write, args=one) for one in facts]
    beside.append(multiprocessing.Process(target=keep, args=(settings, stop)))
    for one in beside:
        one.daemon = True  # none outlives a bench that fails
        one.start()
    time.sleep(ALONE)
    began = time.perf_counter()
    taker = multiprocessing.Process(target=back_up, args=(settings, backups, judged))
    taker.daemon = True
    taker.start()
    load.bad += told_by(taker, judged)
    ended = time.perf_counter()
    stop.set()
    took = [one for _ in range(WRITERS) for one in told.get(timeout=60)]
    for one in (*beside, taker):
        one.join()
    load.taken += backups
    load.seconds += ended - began
    load.alone += [seconds for at, seconds in took if at < began]
    load.during += [seconds for at, seconds in took if began <= at < ended]


def told_by(taker: multiprocessing.Process, judged: "Queue[int]") -> int:
    """What a process has found. Raises Empty when it died before it told."""
    while taker.is_alive():
        with suppress(Empty):
            return judged.get(timeout=1)
    return judged.get(timeout=1)


def p99_ms(seconds: list[float]) -> float:
    """Milliseconds that one value in a hundred exceeds."""
    return 1000 * sorted(seconds)[int(len(seconds) * 0.99)]


def of_many(jobs: int) -> dict[str, float]:
    """The figures of a backup and a restore of so many finished jobs."""
    with tempfile.TemporaryDirectory(prefix="bo-", dir="/tmp") as folder:
        return of_home(made(Path(folder)), jobs)


def of_home(settings: Settings, jobs: int) -> dict[str, float]:
    """Back up and restore the database of a home, after it was filled."""
    db = open_database(settings.database_url, run=settings.run)
    submit(db, 5, 1)
    db.close()
    path = settings.home / "chapar.db"
    fill(path, jobs)
    began = time.perf_counter()
    backup = backup_taker.take(settings, lambda line: None)
    backed_up = time.perf_counter()
    restore_command.restore(settings, "latest", None, lambda line: None, dry=False)
    return {
        "backup_of_1e6_jobs_s": backed_up - began,
        "backup_of_1e6_jobs_mib": backup.size / 1024**2,
        "restore_s": time.perf_counter() - backed_up,
    }


def fill(path: Path, jobs: int) -> None:
    """Copy one finished job with its request until there are so many, by SQL of our own, for
    speed."""
    own = {"jobs": {"id": "i"}, "requests": {"id": "i", "message": "i", "job": "i"}}
    with sqlite3.connect(path) as db:
        for statement in DONE:
            db.execute(statement)
        for table, values in own.items():
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            chosen = [values.get(name, f"{table}.{name}") for name in names]
            db.execute(
                FILL.format(
                    table=table, columns=", ".join(names), values=", ".join(chosen), count=jobs - 1
                )
            )
    db.close()
