"""What a worker's whole cycle costs: finish + hand the seat on, and claim, as a worker does."""

import time
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
from bench.queue.worker_parts import worker_loop
from procs.core import codec
from procs.core.clock import now
from procs.core.files.settled_folder import SETTLED
from procs.records.job import Lane, Lease
from procs.store.jobs import leases
from procs.store.sqlite.connection import Connection
from procs.worker.process.group_commit import GroupCommit, JobEnd

#: Users, all at their cap and with jobs waiting, so that every finish hands a seat on: a crowd,
#: whose rows share few pages, for the figures, and a few for comparison.
USERS, FEW = 500, 20
BATCH = 16
#: Downloads that may run at once, all benches' together.
MANY = 1000

#: What has a WAL of its own to be moved away.
Place = Raw | Bare | Connection | None


class Cycle:
    """One worker that always holds `room` leases and turns them over, by what a worker calls at the
    end of a job: its group of ends, and the loop's claim of what is next. `together`: all of them
    end in one turn of the loop, and share a transaction. As in the other tables here none waits for
    the disk, unless `full`."""

    def __init__(
        self, db: Connection, *, room: int, together: bool = False, full: bool = False
    ) -> None:
        self.db, self.room, self.together = db, room, together
        if not full:
            db.durable = db.usual
        loop = worker_loop(db, f"w{room:02d}-{int(together)}", dict.fromkeys(Lane, 0))
        # It has no rooms beside those that ends give back; all downloads here are within the limit.
        loop.line.most[Lane.HEAVY] = MANY
        self.next: list[Lease] = []
        self.group = GroupCommit(db, loop.line.most, loop.claim_freed, self.next.extend)
        claim = partial(leases.claim, db, worker=loop.context.worker, lane=Lane.HEAVY)
        self.held = claim(room=room, now=now())

    def turn(self) -> None:
        """Finish what is held and claim as much. Raises RuntimeError for a table that ran empty."""
        ends = []
        for one in self.held:
            ends.append(JobEnd(one, Lane.HEAVY, 1, partial(leases.finish, self.db, one, now=now())))
            if not self.together:
                self.group.commit(ends)
                ends.clear()
        if ends:
            self.group.commit(ends)
        self.held = self.next.copy()
        self.next.clear()
        if len(self.held) != self.room:
            raise RuntimeError("the table ran empty: the bench filled too little")


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """cycle_vs_raw, cycle16_vs_raw, cycle_vs_bare, cycle_vs_huey_dequeue."""
    often, times = (5, 100) if quick else (21, 200)
    few = times // 5
    each, crowd = often * 2 * times, often * 2 * few * BATCH
    with ExitStack() as up:

        def place(name: str, users: int, jobs: int) -> Connection:
            """A table of so many users and jobs; every case has its own, as large as its peer's."""
            db = up.enter_context(Table(folder / name).make().opened())
            table.fill(db, table.in_turn(users, jobs // users + 3))
            return db

        def peer(name: str, jobs: int, room: int = 1) -> Bare:
            return Bare(folder / name, room=room).fill(USERS, jobs // USERS + 3)

        raw = Raw(folder / "raw.db").make()
        huey = filled(folder / "huey.db", each)
        one, small = place("one", USERS, each), place("small", FEW, each)
        many, together = place("many", USERS, crowd), place("together", USERS, crowd)
        bare, once, bares = peer("bare", each), peer("once", each), peer("bares", crowd, BATCH)
        cases: dict[str, tuple[Place, Case]] = {
            "raw": (raw, timed(raw.write, times)),
            "one": (one, timed(Cycle(one, room=1).turn, times)),
            "huey": (None, timed(huey.dequeue, times)),
            "many": (many, timed(Cycle(many, room=BATCH).turn, few)),
            "together": (together, timed(Cycle(together, room=BATCH, together=True).turn, few)),
            "bare": (bare, timed(bare.turn, times)),
            "bare once": (once, timed(once.turn_once, times)),
            "bare many": (bares, timed(bares.turn, few)),
            "few users": (small, timed(Cycle(small, room=1).turn, times)),
            "enqueue": (many, timed(partial(table.enqueue, many, [table.download(1)]), times // 4)),
        }
        # As in a stack that runs, the folders have not changed lately: else each write looks at the
        # database's files by their names, the slow way.
        time.sleep(SETTLED)
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
    for name, words in (("many", "at once, each ends alone"), ("together", "end together")):
        report.row(f"  per job, {BATCH} {words}", rounds.middle(costs[name]) / BATCH, "us")
    note = f"{rounds.ratio(costs, 'few users', 'raw'):.2f} raw"
    report.row(
        f"  with {FEW} users instead of {USERS}", rounds.middle(costs["few users"]), "us", note=note
    )
    for name, share, words in (
        ("bare", 1, "the barest such table, for comparison"),
        ("bare once", 1, "  end and claim in one transaction, as ours"),
        ("bare many", BATCH, f"  per job at {BATCH}"),
    ):
        note = f"{rounds.ratio(costs, name, 'raw') / share:.2f} raw"
        note += f", {rounds.ratio(costs, name, 'huey') / share:.2f} of huey's"
        report.row(words, rounds.middle(costs[name]) / share, "us", note=note)
    report.row("enqueue", rounds.middle(costs["enqueue"]), "us")
    report.figure("cycle_vs_raw", rounds.ratio(costs, "one", "raw"))
    report.figure("cycle16_vs_raw", rounds.ratio(costs, "together", "raw") / BATCH)
    report.figure("cycle_vs_bare", rounds.ratio(costs, "one", "bare"))
    report.row("  in cycles of one transaction of it", rounds.ratio(costs, "one", "bare once"))
    report.figure("cycle_vs_huey_dequeue", rounds.ratio(costs, "one", "huey"))
