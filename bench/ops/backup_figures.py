"""What backups cost and whether they are right: while writers do nothing else, and of a large
database."""

import multiprocessing
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from daemon.commands import launch
from daemon.commands.backups import restore_command
from daemon.console import open_store
from procs import config
from procs.backups import backup_taker
from procs.backups.backup_errors import BackupFailed
from procs.config import Settings
from procs.core import clock
from procs.records.job import Ask, Link, Person
from procs.store.database import open_database
from procs.store.people import users
from procs.store.requests import requests

GOALS = {"backup_bad": 0.0, "writer_p99_ms_during_backup": 250.0, "restore_s": 60.0}
WRITERS, JOBS = 2, 1_000_000
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
    figures: dict[str, float] = {"backups": backups}
    with tempfile.TemporaryDirectory(prefix="bo-", dir="/tmp") as folder:
        figures |= under_load(made(Path(folder)), backups)
    with tempfile.TemporaryDirectory(prefix="bo-", dir="/tmp") as folder:
        figures |= of_many(made(Path(folder)))
    return figures


def made(home: Path) -> Settings:
    settings = config.load(
        {"CHAPAR_HOME": str(home), "CHAPAR_ENV_FILE": os.devnull}, need_telegram=False
    )
    launch.make_folders(settings)
    open_store.prepare(settings)
    return settings


def submit(db: Any, user: int, message: int) -> None:
    users.remember(db, Person(user, "en", "somebody"), now=clock.now())
    link = Link(
        f"https://site.example/{user}/{message}", "site.example", f"k:{user}:{message}", "best"
    )
    requests.submit(db, [Ask(user, user, message, 0, link)], now=clock.now())


def write(settings: Settings, user: int, stop: Any, told: Any) -> None:
    """Accept requests as fast as it goes; tell how long each took, in seconds."""
    db, took = open_database(settings.database_url, run=settings.run), []
    message = 0
    while not stop.is_set():
        message, began = message + 1, time.perf_counter()
        submit(db, user, message)
        took.append(time.perf_counter() - began)
    told.put(took)


def under_load(settings: Settings, backups: int) -> dict[str, float]:
    """Take so many, each verified, while writers write."""
    stop, told = multiprocessing.Event(), multiprocessing.Queue()
    facts = [(settings, 100 + n, stop, told) for n in range(WRITERS)]
    writers = [multiprocessing.Process(target=write, args=one) for one in facts]
    for one in writers:
        one.start()
    bad, began = 0, time.perf_counter()
    for _ in range(backups):
        try:
            path = settings.backup_folder / backup_taker.take(settings, lambda line: None).name
            path.unlink()
        except BackupFailed:
            bad += 1
    seconds = (time.perf_counter() - began) / max(1, backups)
    stop.set()
    took = sorted(second for _ in writers for second in told.get(timeout=60))
    for one in writers:
        one.join()
    return {
        "backup_bad": bad,
        "backup_s": seconds,
        "writes_during_backup": len(took),
        "writer_p99_ms_during_backup": 1000 * took[int(len(took) * 0.99)],
    }


def of_many(settings: Settings) -> dict[str, float]:
    """Back up and restore a database of a million finished jobs."""
    db = open_database(settings.database_url, run=settings.run)
    submit(db, 5, 1)
    db.close()
    path = settings.home / "chapar.db"
    fill(path)
    began = time.perf_counter()
    backup = backup_taker.take(settings, lambda line: None)
    backed_up = time.perf_counter()
    restore_command.restore(settings, "latest", None, lambda line: None, dry=False)
    return {
        "backup_of_1e6_jobs_s": backed_up - began,
        "backup_of_1e6_jobs_mib": backup.size / 1024**2,
        "restore_s": time.perf_counter() - backed_up,
    }


def fill(path: Path) -> None:
    own = {"jobs": {"id": "i"}, "requests": {"id": "i", "message": "i", "job": "i"}}
    with sqlite3.connect(path) as db:
        for statement in DONE:
            db.execute(statement)
        for table, values in own.items():
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            chosen = [values.get(name, f"{table}.{name}") for name in names]
            db.execute(
                FILL.format(
                    table=table, columns=", ".join(names), values=", ".join(chosen), count=JOBS - 1
                )
            )
    db.close()
