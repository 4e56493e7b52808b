"""What a worker's whole cycle costs: finish + hand the seat on + claim, in one transaction."""

from functools import partial
from pathlib import Path

from huey.storage import SqliteStorage

from bench.queue import rounds, table
from bench.queue.limit import Raw
from bench.queue.report import Report
from bench.queue.rounds import timed
from bench.queue.table import LINK, Table
from procs import codec
from procs.clock import now
from procs.job import Lane, Lease
from procs.store import leases, seats
from procs.store.database import Database

#: Users, all at their cap and with jobs waiting: every finish hands a seat on.
USERS = 500
BATCH = 16


class Cycle:
    """One worker that always holds `room` leases and turns them over."""

    def __init__(self, db: Database, *, room: int, full: bool = False) -> None:
        self.db, self.room, self.full = db, room, full
        self.worker = table.worker(db, f"w{room:02d}-1")
        self.held: list[Lease] = []
        self.turn()

    def turn(self) -> None:
        self.held = leases.turn(
            self.db,
            worker=self.worker,
            lane=Lane.HEAVY,
            room=self.room,
            now=now(),
            done=self.held,
            full=self.full,
        )
        if len(self.held) != self.room:
            raise RuntimeError("the table ran empty: the bench filled too little")


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """cycle_vs_raw, cycle16_vs_raw, cycle_vs_huey_dequeue."""
    often, times = (3, 200) if quick else (15, 300)
    huey = SqliteStorage("bench", str(folder / "huey.db"), fsync=False)
    blob = codec.dump(LINK).encode()
    for _ in range(often * times + 1000):
        huey.enqueue(blob)
    raw = Raw(folder / "raw.db").make()
    with Table(folder / "ours").make().opened() as db:
        few = max(times // BATCH, 10)
        needed = often * (times + few * BATCH) + times + 1000
        table.fill(db, table.in_turn(USERS, needed // USERS + 4))
        one, many = Cycle(db, room=1), Cycle(db, room=BATCH)
        costs = rounds.interleaved(
            {
                "raw": timed(raw.write, times),
                "one": timed(one.turn, times),
                "huey": timed(huey.dequeue, times),
                "many": timed(many.turn, few),
                "enqueue": timed(partial(enqueue, db), times // 4),
            },
            often,
        )
        tell(report, costs)
    raw.close()
    huey.close()


def enqueue(db: Database) -> None:
    seats.enqueue(db, [table.download(1)], now=now(), full=False)


def tell(report: Report, costs: dict[str, list[float]]) -> None:
    report.part("One process, library calls, NORMAL durability (medians)")
    report.row("raw one-row write", rounds.middle(costs["raw"]), "us")
    report.row("huey fsync=off, bare dequeue", rounds.middle(costs["huey"]), "us")
    report.row("finish + hand on + claim", rounds.middle(costs["one"]), "us")
    report.row(f"  per job at {BATCH}", rounds.middle(costs["many"]) / BATCH, "us")
    report.row("enqueue", rounds.middle(costs["enqueue"]), "us")
    report.figure("cycle_vs_raw", rounds.ratio(costs, "one", "raw"))
    report.figure("cycle16_vs_raw", rounds.ratio(costs, "many", "raw") / BATCH)
    report.figure("cycle_vs_huey_dequeue", rounds.ratio(costs, "one", "huey"))
