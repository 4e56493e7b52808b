"""Claim + complete by library calls alone, one process, the queues that have no worker program too.

One job a time, everything enqueued before; jobs per second.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from huey.storage import SqliteStorage
from litequeue import LiteQueue
from persistqueue import SQLiteAckQueue

from bench.queue import rounds, table
from bench.queue.cycles import Cycle
from bench.queue.report import Report
from bench.queue.rounds import Case
from bench.queue.table import LINK, Table
from procs.core import codec

TEXT = codec.dump(LINK)
USERS = 50


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Jobs a second of each library, in turns."""
    report.part("One process, library calls: claim + complete, one job a time (medians)")
    often, jobs = (2, 100) if quick else (5, 300)
    with ExitStack() as up:
        cases: dict[str, Case] = {}
        for name, full in (("ours, NORMAL", False), ("ours, FULL", True)):
            db = up.enter_context(Table(folder / name.replace(", ", "-")).make().opened())
            table.fill(db, table.in_turn(USERS, often * jobs // USERS + 3))
            cases[name] = rate(Cycle(db, room=1, full=full).turn, jobs)
        for name, (filled, step) in peers(folder).items():
            for _ in range(often * jobs):
                filled()
            cases[name] = rate(step, jobs)
        for name, rates in rounds.interleaved(cases, often).items():
            report.row(name, rounds.middle(rates), "jobs/s")


def rate(step: Callable[[], object], jobs: int) -> Case:
    """A case that counts jobs a second over so many steps."""

    def case() -> float:
        began = time.monotonic()
        for _ in range(jobs):
            step()
        return jobs / (time.monotonic() - began)

    return case


def peers(folder: Path) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Each queue's enqueue of one job, and its claim + complete."""
    off = SqliteStorage("bench", str(folder / "huey-off.db"), fsync=False)
    full = SqliteStorage("bench", str(folder / "huey-full.db"))
    lite = LiteQueue(str(folder / "lite.db"))
    acked = SQLiteAckQueue(str(folder / "persist"))

    def lite_step() -> None:
        lite.done(lite.pop().message_id)

    def acked_step() -> None:
        acked.ack(acked.get(block=False))

    blob = TEXT.encode()
    return {
        "huey, fsync=off (deletes only)": (lambda: off.enqueue(blob), off.dequeue),
        "huey, default, FULL (deletes only)": (lambda: full.enqueue(blob), full.dequeue),
        "litequeue, NORMAL": (lambda: lite.put(TEXT), lite_step),
        "persist-queue, FULL": (lambda: acked.put(TEXT), acked_step),
    }
