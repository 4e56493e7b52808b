"""What a worker's whole cycle costs: finish + hand the seat on, and claim, as a worker does."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path

from huey.storage import SqliteStorage

from bench.queue import rounds, table
from bench.queue.bare import Bare
from bench.queue.limit import Raw
from bench.queue.report import Report
from bench.queue.rounds import Case, timed
from bench.queue.table import LINK, Table
from procs.core import codec
from procs.records.job import Lane, Lease
from procs.store.database import Database
from procs.store.sqlite.connection import Connection

#: Users, all at their cap and with jobs waiting, so that every finish hands a seat on: a crowd,
#: whose rows share few pages, for the figures, and a few for comparison.
USERS, FEW = 500, 20
BATCH = 16

#: What has a WAL of its own to be moved away.
Place = Raw | Bare | Connection | None


class Cycle:
    """One worker that always holds `room` leases and turns them over."""

    def __init__(self, db: Database, *, room: int, full: bool = False) -> None:
        self.db, self.room, self.full = db, room, full
        self.worker = table.worker(db, f"w{room:02d}-1")
        self.held: list[Lease] = []
        self.turn()

    def turn(self) -> None:
        """Finish what is held and claim as much. Raises RuntimeError for a table that ran empty."""
        turn = partial(table.turn, self.db, done=self.held, full=self.full)
        self.held = turn(worker=self.worker, lane=Lane.HEAVY, room=self.room)
        if len(self.held) != self.room:
            raise RuntimeError("the table ran empty: the bench filled too little")


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """cycle_vs_raw, cycle16_vs_raw, cycle_vs_bare, cycle_vs_huey_dequeue."""
    often, times = (5, 100) if quick else (21, 200)
    few = times // 5
    jobs = often * 2 * (times + few * BATCH)
    with ExitStack() as up:
        raw = Raw(folder / "raw.db").make()
        huey = filled(folder / "huey.db", often * times * 2)
        db, small = (
            up.enter_context(Table(folder / str(users)).make().opened()) for users in (USERS, FEW)
        )
        table.fill(db, table.in_turn(USERS, jobs // USERS + 3))
        table.fill(small, table.in_turn(FEW, often * 2 * times // FEW))
        bare = Bare(folder / "bare", room=1).fill(USERS, often * 2 * times // USERS + 3)
        bares = Bare(folder / "bares", room=BATCH).fill(USERS, jobs // USERS + 3)
        cases: dict[str, tuple[Place, Case]] = {
            "raw": (raw, timed(raw.write, times)),
            "one": (db, timed(Cycle(db, room=1).turn, times)),
            "huey": (None, timed(huey.dequeue, times)),
            "many": (db, timed(Cycle(db, room=BATCH).turn, few)),
            "bare": (bare, timed(bare.turn, times)),
            "bare many": (bares, timed(bares.turn, few)),
            "few users": (small, timed(Cycle(small, room=1).turn, times)),
            "enqueue": (db, timed(partial(table.enqueue, db, [table.download(1)]), times // 4)),
        }
        tell(report, rounds.interleaved({n: kept(*case) for n, case in cases.items()}, often))


def filled(path: Path, jobs: int) -> SqliteStorage:
    """A queue of huey with so many jobs in it."""
    huey, blob = SqliteStorage("bench", str(path), fsync=False), codec.dump(LINK).encode()
    for _ in range(jobs):
        huey.enqueue(blob)
    return huey


def kept(place: Place, case: Case) -> Case:
    """A keeper moves the WAL away before each round; huey does so by itself."""

    def round_of() -> float:
        if place:
            place.checkpoint(truncate=True)
        return case()

    return round_of


def tell(report: Report, costs: dict[str, list[float]]) -> None:
    """Print the costs, and each as a multiple of the raw write's."""
    report.part("One process, library calls, NORMAL durability (medians)")
    report.row("raw one-row write", rounds.middle(costs["raw"]), "us")
    report.row("huey fsync=off, bare dequeue", rounds.middle(costs["huey"]), "us")
    report.row("finish + hand on + claim", rounds.middle(costs["one"]), "us")
    report.row(f"  per job, {BATCH} claimed at once", rounds.middle(costs["many"]) / BATCH, "us")
    note = f"{rounds.ratio(costs, 'few users', 'raw'):.2f} raw"
    report.row(
        f"  with {FEW} users instead of {USERS}", rounds.middle(costs["few users"]), "us", note=note
    )
    for name, share, words in (
        ("bare", 1, "the barest such table, for comparison"),
        ("bare many", BATCH, f"  per job at {BATCH}"),
    ):
        note = f"{rounds.ratio(costs, name, 'raw') / share:.2f} raw"
        note += f", {rounds.ratio(costs, name, 'huey') / share:.2f} of huey's"
        report.row(words, rounds.middle(costs[name]) / share, "us", note=note)
    report.row("enqueue", rounds.middle(costs["enqueue"]), "us")
    report.figure("cycle_vs_raw", rounds.ratio(costs, "one", "raw"))
    report.figure("cycle16_vs_raw", rounds.ratio(costs, "many", "raw") / BATCH)
    report.figure("cycle_vs_bare", rounds.ratio(costs, "one", "bare"))
    report.figure("cycle_vs_huey_dequeue", rounds.ratio(costs, "one", "huey"))
