"""What many cycles leave behind: bytes of the tables, and claims under a snapshot that is held."""

import time
from pathlib import Path
from typing import Any

from bench.machines.lease_table import FORK, LeaseTable, claimed, finish, open_session
from bench.queue import table
from procs.core import clock
from procs.store.health import workers

#: Cycles after which the tables are measured, jobs that wait at a time, and seconds of each half of
#: the torture. An hour and a million of them is what the goals are about; `make bench-machines`
#: measures these.
CYCLES, WAITING, HALF = 10_000, 100, 20.0
SIZE = "SELECT SUM(PG_TOTAL_RELATION_SIZE(oid)) FROM pg_class WHERE relname IN ('jobs', 'progress')"
SKIP_LOCKED = """
CREATE TABLE plain (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)
"""
PUT = "INSERT INTO plain (body) SELECT 'job' FROM GENERATE_SERIES(1, 100)"
TAKE = """
DELETE FROM plain WHERE id = (SELECT id FROM plain ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
"""


def measure(conninfo: str, folder: Path) -> dict[str, Any]:
    """Growth of the tables, and claims while a snapshot is held."""
    return bloat(conninfo, folder) | torture(conninfo, folder)


def bloat(conninfo: str, folder: Path) -> dict[str, Any]:
    """Bytes of the lease table after so many cycles, beside a fresh one with the same rows."""
    place = LeaseTable(conninfo, "bloat", folder)
    place.fill(CYCLES)
    children = [FORK.Process(target=work_all, args=(place,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    admin = open_session(place.url)
    after = admin.execute(SIZE).fetchone()[0]
    admin.execute("VACUUM FULL jobs")
    admin.execute("VACUUM FULL progress")
    tight = admin.execute(SIZE).fetchone()[0]
    admin.close()
    return {"bloat_cycles": CYCLES, "bloat_ratio": round(float(after / tight), 2)}


def work_all(place: LeaseTable) -> None:
    """Claim and finish until nothing is left."""
    db = place.open()
    worker = workers.enter(db, "w", now=clock.now())
    while held := claimed(db, worker):
        for lease in held:
            finish(db, lease)


def torture(conninfo: str, folder: Path) -> dict[str, Any]:
    """Claims a second of ours, and of a plain SKIP LOCKED table, before and under a held snapshot:
    how many times longer a claim takes in the end."""
    place = LeaseTable(conninfo, "torture", folder)
    holder, plain = open_session(place.url), open_session(place.url)
    plain.execute(SKIP_LOCKED)
    free = (ours(place, HALF), theirs(plain, HALF))
    holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    holder.execute("SELECT COUNT(*) FROM jobs")
    held = (ours(place, HALF), theirs(plain, HALF))
    dead = plain.execute(
        "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'jobs'"
    ).fetchone()[0]
    holder.close()
    plain.close()
    return {
        "snapshot_s": HALF,
        "snapshot_dead_rows": dead,
        "snapshot_claim_ratio": round(free[0] / held[0], 2),
        "snapshot_claim_ratio_of_a_plain_table": round(free[1] / held[1], 2),
    }


def ours(place: LeaseTable, seconds: float) -> float:
    """Claims a second in the last quarter."""
    db = place.open()
    worker = workers.enter(db, f"w-{clock.now().boot}", now=clock.now())
    numbers, counts = 0, []
    end = time.monotonic() + seconds
    quarter = time.monotonic() + seconds * 0.75
    while time.monotonic() < end:
        with db.write():
            for _ in range(WAITING):
                numbers += 1
                job = table.delivery(1_000_000 + numbers)
                table.seats.add(db, job, now=clock.now())
        began = time.monotonic()
        count = 0
        while held := claimed(db, worker):
            with db.write(only=(f"user {held[0].user}",)):
                finish(db, held[0])
            count += 1
        if began > quarter:
            counts.append(count / (time.monotonic() - began))
    db.close()
    return sum(counts) / max(len(counts), 1)


def theirs(session: Any, seconds: float) -> float:
    """Jobs a second of the bare statements at the end of `seconds` of work."""
    end = time.monotonic() + seconds
    quarter = time.monotonic() + seconds * 0.75
    counts = []
    while time.monotonic() < end:
        session.execute(PUT)
        began = time.monotonic()
        for _ in range(100):
            session.execute(TAKE)
        if began > quarter:
            counts.append(100 / (time.monotonic() - began))
    return sum(counts) / max(len(counts), 1)
