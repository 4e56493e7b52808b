"""fair_first: how many jobs of a user with 500 links start before a new user's first.

Counted twice, and the worse is taken: exactly, in one process whose workers take their turns as a
die falls, while new users come; and with real workers, where everybody has asked before they start.
"""

import random
from pathlib import Path
from typing import Any

from bench.queue import children, table
from bench.queue.goals import CAP
from bench.queue.report import Report
from bench.queue.table import Table
from procs.records.job import Lane, Lease
from procs.store.database import Database

BIG, LINKS = 1, 500
NEW, EACH = range(100, 120), 2
WORKERS = 4
#: Seconds of a job of the real workers.
WORK = 0.005
PATIENCE = 30.0


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """The most jobs of the big user that start before anybody else's first."""
    report.part(f"{LINKS} links of one user, then {len(NEW)} new users: the big one's starts first")
    often = 1 if quick else 3
    stepped = max(steps(folder / f"steps-{seed}", seed) for seed in range(2 * often))
    real = max(crowd(folder / f"crowd-{n}") for n in range(often))
    report.row("step by step, new users come at any moment", stepped, note="the most of all users")
    report.row(f"{WORKERS} processes, all asked before", real, note="the most of all users")
    report.figure("fair_first", max(stepped, real))


def steps(folder: Path, seed: int) -> int:
    """The most starts of the big user between a new user's asking and their first start."""
    dice, coming = random.Random(seed), list(NEW)
    with Table(folder).make().opened(cap=CAP) as db:
        crew = {table.worker(db, f"w{n:02d}-1"): None for n in range(WORKERS)}
        held: dict[int, list[Lease]] = {worker: [] for worker in crew}
        ask(db, BIG, LINKS)
        waited: dict[int, int] = {}
        first: dict[int, int] = {}
        while len(first) < len(NEW):
            if coming and dice.random() < 0.1:
                waited[coming[-1]] = 0
                ask(db, coming.pop(), EACH)
            worker = dice.choice(list(crew))
            done = held[worker]
            held[worker] = table.turn(db, worker=worker, lane=Lane.HEAVY, room=1, done=done)
            for lease in held[worker]:
                if lease.user == BIG:
                    waited = {user: count + 1 for user, count in waited.items()}
                elif lease.user in waited:
                    first[lease.user] = waited.pop(lease.user)
    return max(first.values())


def ask(db: Database, user: int, links: int) -> None:
    """A user sends so many links."""
    table.enqueue(db, [table.download(user) for _ in range(links)])


def crowd(folder: Path) -> int:
    """The most starts of the big user before a new user's first one, by the workers' words."""
    table_of_all = Table(folder).make()
    with table_of_all.opened(cap=CAP) as db:
        lines = [(BIG, LINKS), *((user, EACH) for user in NEW)]
        for user, links in lines:
            table.enqueue(db, [table.delivery(user)] * links)
    words = folder / "words"
    words.touch()
    hand = ("-m", "bench.queue.hand", folder, words, "--work", WORK)
    crew = [children.python(hand) for _ in range(WORKERS)]
    try:
        started = first_starts(words)
    finally:
        for one in crew:
            children.end(one)
    big = [start["at"] for start in started if start["user"] == BIG]
    firsts = {start["user"]: start["at"] for start in reversed(started)}
    return max(sum(at < firsts[user] for at in big) for user in NEW)


def first_starts(words: Path) -> list[dict[str, Any]]:
    """Every start until each new user has had one, in order."""
    started: list[dict[str, Any]] = []
    missing = set(NEW)
    for line in children.told(words, patience=PATIENCE):
        if line and line["word"] == "started":
            started.append(line)
            missing.discard(line["user"])
        if not missing:
            break
    return sorted(started, key=lambda start: float(start["at"]))
