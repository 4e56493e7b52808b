"""What many cycles leave behind: bytes of the tables, and claims under a snapshot that is held.

Cycles are of eight jobs in one transaction, as a worker with eight rooms has them when they end
together. None of it waits for a disk: rows leave the same behind, sooner. Most of the jobs that
come and go under the snapshot do so by a few statements, which leave as many dead rows as a worker
would; what is timed is the work of the product's own worker behind them.
"""

import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.machines import peer_queues
from bench.machines.amounts import Amounts
from bench.machines.depth import FILL
from bench.machines.lease_table import FORK, LeaseTable, open_session
from procs import config
from procs.core import clock
from procs.core.machine import machine_name
from procs.records.job import Lane, Lease, State
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.worker.job_line import JobLine

#: Processes that make the cycles after which the tables are measured, and jobs of a transaction.
PROCESSES, TOGETHER = 2, 8
#: After how many rounds the plain table has had as many jobs, how many of those are taken one
#: by one, and how many jobs come and go by one statement.
ROUNDS, SINGLE, BITE = 10, 3, 100_000
SIZE = "SELECT SUM(PG_TOTAL_RELATION_SIZE(oid)) FROM pg_class WHERE relname IN ('jobs', 'progress')"
DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'jobs'"
#: Downloads that come and go a second, as ten machines of 32 have them; of an hour; and the limit.
DOWNLOADS, HOUR, LIMIT = 32, 3600.0, 320
#: Jobs of as many people, in line since so many seconds, one behind the other.
PUT_OURS = """
INSERT INTO jobs (id, user_id, lane, state, at, seat, kind, site, payload, story)
SELECT %(first)s + n, %(first)s + n, %(lane)s, 0,
       EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) - %(since)s * (%(count)s - n) / %(count)s
       + n * 1e-6, -1, 'deliver', '', '{"request":1,"media":1}', ''
  FROM GENERATE_SERIES(1, %(count)s) AS n
"""
#: And through, as a worker's statements leave them.
TAKE_OURS = f"""
UPDATE jobs SET state = {State.LEASED}, at = at + 60, fence = 1, attempt = 1, worker = 1,
       story = '1795989137.0 claimed worker=1;' WHERE state = {State.QUEUED}
"""
END_OURS = f"""
UPDATE jobs SET state = {State.DONE}, seat = NULL, worker = NULL,
       story = story || '1795989138.0 done;' WHERE state = {State.LEASED}
"""
PLAIN = """
CREATE TABLE plain (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)
"""
EMPTY = "DELETE FROM plain"
PUT = "INSERT INTO plain (body) SELECT 'job' FROM GENERATE_SERIES(1, %s)"
#: All but so many. One statement that claims that many would look for each among all dead rows.
TAKE = """
DELETE FROM plain
 WHERE id < (SELECT MIN(id) FROM (SELECT id FROM plain ORDER BY id DESC LIMIT %s) AS latest)
"""
TAKE_ONE = """
DELETE FROM plain WHERE id = (SELECT id FROM plain ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
"""


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Growth of the tables, and claims while a snapshot is held."""
    peer_queues.wait_for_disk(conninfo, False)
    return bloat(conninfo, folder, amounts.cycles) | torture(conninfo, folder, amounts)


def bloat(conninfo: str, folder: Path, cycles: int) -> dict[str, Any]:
    """Bytes of the lease table after so many cycles, beside a fresh one with the same rows."""
    place = LeaseTable(conninfo, "bloat", folder)
    admin = open_session(place.url)
    admin.execute(FILL % cycles)
    began = time.monotonic()
    children = [FORK.Process(target=work_all, args=(place,)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
    took = time.monotonic() - began
    after = admin.execute(SIZE).fetchone()[0]
    admin.execute("VACUUM FULL jobs")
    admin.execute("VACUUM FULL progress")
    tight = admin.execute(SIZE).fetchone()[0]
    admin.close()
    return {
        "bloat_cycles": cycles,
        "bloat_cycles_per_s": round(cycles / took),
        "bloat_ratio": round(float(after / tight), 2),
    }


class Worker:
    """One that ends eight jobs of a lane and claims the next eight in one transaction."""

    def __init__(self, place: LeaseTable, lane: Lane = Lane.LIGHT) -> None:
        self.db: Database = place.open()
        self.number = workers.enter(self.db, f"w-{clock.now().boot}", now=clock.now())
        settings = config.load({"CHAPAR_HOME": str(place.run.parent)}, None, need_telegram=False)
        # One of several: else every look begins at the beginning, and leases end by another clock.
        machine_name.give("bench")
        shared = self.db.time()
        assert shared is not None
        clock.share(shared - clock.elapsed())
        self.line, self.lane = JobLine(self.db, settings, self.number), lane
        self.line.most[Lane.HEAVY] = LIMIT
        #: Seconds of each claim of eight, with the transaction that it is in.
        self.times: list[float] = []

    def claim(self) -> list[Lease]:
        """The first eight in line, as the product's worker looks for them."""
        return self.line.claim(self.lane, TOGETHER, local=False)

    def work(self) -> int:
        """Claim and finish until nothing is left. Returns how many jobs."""
        count, held = 0, self.claim()
        while held:
            count += len(held)
            began = time.monotonic()
            most = self.line.most[self.lane]
            names = {name for lease in held for name in leases.names(lease, self.lane, most)}
            with self.db.write(only=names):
                for lease in held:
                    leases.finish(self.db, lease, now=clock.now())
                found = self.line.claiming(self.lane, TOGETHER, local=False)
            held = found()
            self.times.append(time.monotonic() - began)
        return count


def work_all(place: LeaseTable) -> None:
    """Of one process."""
    Worker(place).work()


def torture(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """How many times longer a claim takes under a held snapshot in the end: ours, that of a plain
    SKIP LOCKED table which lives through as many jobs, and pgqueuer's."""
    place, calm = LeaseTable(conninfo, "torture", folder), LeaseTable(conninfo, "calm", folder)
    plain, holder = open_session(place.url), open_session(place.url)
    plain.execute(PLAIN)
    lines = Lines(OurLine(place), OurLine(calm), plain, amounts.round)
    free = lines.run(amounts.free)
    others = peer_queues.named(conninfo, "torture_pgqueuer")
    theirs = [peer_queues.pgqueuer_rate(others, TOGETHER, 400)]
    holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    holder.execute("SELECT COUNT(*) FROM jobs")
    other = open_session(others)
    other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    other.execute("SELECT COUNT(*) FROM pgqueuer")
    before = lines.ours.jobs
    lines.age(amounts.aged)
    held = lines.run(amounts.held)
    aged = lines.ours.jobs - before
    limited = downloads(place, calm, amounts)
    peer_queues.age_pgqueuer(others, aged)
    theirs.append(peer_queues.pgqueuer_rate(others, TOGETHER, 40))
    dead = plain.execute(DEAD).fetchone()[0]
    for one in (holder, other, plain):
        one.close()
    return {
        "snapshot_s": amounts.held,
        "snapshot_jobs": aged,
        "snapshot_minutes_of_800_a_second": round(aged / 800 / 60),
        "snapshot_dead_rows": dead,
        "snapshot_claim_ms": [round(one * 1000, 2) for one in (held[1], held[0])],
        "snapshot_claim_ratio": round(held[0] / held[1], 2),
        "snapshot_limited_claim_ms": [round(one * 1000, 2) for one in reversed(limited)],
        "snapshot_limited_claim_ratio": round(limited[0] / limited[1], 2),
        "snapshot_claim_ratio_of_a_plain_table": round(held[2] / free[2], 2),
        "snapshot_claim_ratio_of_pgqueuer": round(theirs[0] / theirs[1], 2),
    }


def downloads(place: LeaseTable, calm: LeaseTable, amounts: Amounts) -> list[float]:
    """The median of a transaction of eight downloads under the limit of all, after an hour of them
    (or as much as there was of the others) under the snapshot; and without one."""
    lines = [OurLine(one, Lane.HEAVY, 500_000_000) for one in (place, calm)]
    share = min(1.0, amounts.aged / (800 * HOUR))
    for line in lines:
        line.age(round(DOWNLOADS * HOUR * share), HOUR * share)
    times: list[list[float]] = [[] for _ in lines]
    for _ in range(ROUNDS):
        for line, one in zip(lines, times, strict=True):
            one += line.round(amounts.round // ROUNDS)
    return [median(one) for one in times]


class OurLine:
    """A lane of one lease table, a worker of it, and how many jobs went through it."""

    def __init__(self, place: LeaseTable, lane: Lane = Lane.LIGHT, first: int = 2_000_000) -> None:
        self.worker, self.session, self.jobs = Worker(place, lane), open_session(place.url), 0
        self.lane, self.first = lane, first

    def put(self, jobs: int, since: float = 0.0) -> None:
        """Put so many in line, the first of them `since` seconds ago."""
        facts = {"first": self.first + self.jobs, "count": jobs, "since": since}
        self.session.execute(PUT_OURS, {**facts, "lane": int(self.lane)})
        self.jobs += jobs

    def age(self, jobs: int, since: float = 0.0) -> None:
        """Let so many jobs come and go."""
        for start in range(0, jobs, BITE):
            self.put(min(jobs - start, BITE), since)
            for sql in (TAKE_OURS, END_OURS):
                self.session.execute(sql)

    def round(self, jobs: int) -> list[float]:
        """So many jobs come and go; how long each transaction took."""
        self.put(jobs)
        self.worker.times.clear()
        self.worker.work()
        return list(self.worker.times)


class Lines:
    """Ours, the same in a database of which nobody holds a snapshot, and the plain table, with
    rounds of so many jobs."""

    def __init__(self, ours: OurLine, calm: OurLine, plain: Any, jobs: int) -> None:
        self.ours, self.calm, self.plain, self.jobs = ours, calm, plain, jobs

    def age(self, jobs: int) -> None:
        """Let as many jobs go through all three."""
        self.ours.age(jobs)
        self.calm.age(jobs)
        for _ in range(max(1, jobs // BITE)):
            self.plain.execute(PUT, [min(jobs, BITE)])
            self.plain.execute(EMPTY)

    def run(self, seconds: float) -> tuple[float, float, float]:
        """Work for so long. Returns the medians of a transaction of eight of ours and of the calm
        one, and of a claim of the plain table, in turns in the last quarter: whatever else the
        machine does, all three meet."""
        end = time.monotonic() + seconds
        ours: list[float] = []
        calm: list[float] = []
        theirs: list[float] = []
        while not theirs or time.monotonic() < end:
            is_judged = time.monotonic() > end - seconds / 4
            for _ in range(ROUNDS):
                one = self.ours.round(self.jobs)
                ours += one if is_judged else []
                calm += self.calm.round(self.jobs) if is_judged else []
            other = self.plain_round()
            theirs += other if is_judged else []
        return median(ours), median(calm), median(theirs)

    def plain_round(self) -> list[float]:
        """As many of the plain table's; how long each of the single ones took."""
        self.plain.execute(PUT, [self.jobs * ROUNDS])
        self.plain.execute(TAKE, [SINGLE])
        times = []
        for _ in range(SINGLE):
            began = time.monotonic()
            self.plain.execute(TAKE_ONE)
            times.append(time.monotonic() - began)
        return times
