"""depth_1e6_ratio, finished_1e6_ratio, capped_1e6_ratio: a claim's cost against what lies around.

A table of a million rows is made by copying rows that the store's own functions made; everything
that is timed goes through those functions.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.queue import rounds, table
from bench.queue.report import Report
from bench.queue.table import Table
from procs.core.clock import now
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.jobs import leases

FEW, MANY, QUICKLY_MANY = 1000, 1_000_000, 50_000
#: Users of the waiting jobs: each at the cap, the rest of theirs in line.
USERS = 50
CROWD = 1000
#: A user whose jobs nobody may touch: all their seats are taken by jobs that run.
CAPPED = 999_999
COLUMNS = "SELECT name FROM pragma_table_info('jobs')"
COPY = """
INSERT INTO jobs ({columns})
WITH RECURSIVE copies (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM copies WHERE n < :times)
SELECT {values} FROM copies, jobs WHERE state = :state
"""


class Place:
    """One table, one worker, and what its steps cost."""

    def __init__(self, db: Database) -> None:
        self.db, self.worker = db, table.worker(db)
        self.claims: list[float] = []

    def turns(self, times: int) -> float:
        """Median microseconds of claim + finish; the place keeps its depth. The claims alone are
        noted beside."""
        claims, wholes = [], []
        for _ in range(times):
            began = time.perf_counter_ns()
            (lease,) = leases.claim(self.db, worker=self.worker, lane=Lane.HEAVY, room=1, now=now())
            claimed = time.perf_counter_ns()
            table.turn(self.db, worker=self.worker, lane=Lane.HEAVY, room=0, done=[lease])
            wholes.append((time.perf_counter_ns() - began) / 1000)
            claims.append((claimed - began) / 1000)
            table.fill(self.db, [table.download(lease.user)])
        self.claims.append(rounds.middle(claims))
        return rounds.middle(wholes)


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """A claim's cost beside a million jobs that wait, are finished, or stay behind the cap."""
    often, times, many = (3, 60, QUICKLY_MANY) if quick else (9, 100, MANY)
    with ExitStack() as up:
        places: dict[str, Place] = {}
        for name, made in MADE.items():
            db = up.enter_context(Table(folder / name).make().opened())
            made(db, many)
            db.checkpoint(truncate=True)
            places[name] = Place(db)
        cases = {name: lambda place=place: place.turns(times) for name, place in places.items()}
        wholes = rounds.interleaved(cases, often)
    claims = {name: place.claims for name, place in places.items()}
    tell(report, claims, wholes, many)


def tell(
    report: Report, claims: dict[str, list[float]], wholes: dict[str, list[float]], many: int
) -> None:
    """Print the costs, and the dearer of claim and cycle as a multiple of the shallow table's."""
    report.part(f"Claim, and claim + finish, beside {many:,} other jobs (medians)")
    for name, costs in wholes.items():
        note = f"claim {rounds.middle(claims[name]):.1f} us"
        report.row(name, rounds.middle(costs), "us", note=note)
    for key in MADE:
        if key != BASE:
            dearer = max(rounds.ratio(costs, key, BASE) for costs in (claims, wholes))
            report.figure(f"{key}_1e6_ratio", dearer)


def shallow(db: Database, many: int) -> None:
    """A few jobs of some users."""
    table.fill(db, table.in_turn(USERS, FEW // USERS))


def deep(db: Database, many: int) -> None:
    """Many users, each at the cap, with long lines."""
    table.fill(db, table.in_turn(CROWD, table.CAP + 1))
    copy(db, State.WAITING, many // CROWD - 1)


def among_finished(db: Database, many: int) -> None:
    """A few jobs beside `many` finished ones."""
    table.fill(db, table.in_turn(FEW, 1))
    worker = table.worker(db)
    turn = partial(table.turn, db, worker=worker, lane=Lane.HEAVY)
    turn(room=0, done=turn(room=FEW))
    copy(db, State.DONE, many // FEW - 1)
    shallow(db, many)


def beside_capped(db: Database, many: int) -> None:
    """One user's jobs hold all that user's seats, and run; a line of many waits behind them."""
    table.fill(db, [table.download(CAPPED) for _ in range(table.CAP + 1)])
    leases.claim(db, worker=table.worker(db), lane=Lane.HEAVY, room=table.CAP, now=now())
    copy(db, State.WAITING, many)
    shallow(db, many)


BASE = "shallow"
MADE: dict[str, Callable[[Database, int], None]] = {
    BASE: shallow,
    "depth": deep,
    "finished": among_finished,
    "capped": beside_capped,
}


def copy(db: Database, state: State, times: int) -> None:
    """Every job of a state `times` times more, each with a number, and a place in line, of its
    own."""
    number = "(SELECT MAX(id) FROM jobs) + ROW_NUMBER() OVER ()"
    own = {"id": number, "seat": f"CASE WHEN seat IS NOT NULL THEN {number} END", "mark": "NULL"}
    columns = [name for (name,) in db.all(COLUMNS)]
    values = ", ".join(own.get(name, name) for name in columns)
    sql = COPY.format(columns=", ".join(columns), values=values)
    with db.write():
        if db.change(sql, {"times": times, "state": int(state)}) < times:
            raise RuntimeError(f"no job was {state.name}: the table is not what is to be measured")
