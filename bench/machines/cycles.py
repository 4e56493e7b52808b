"""Jobs a second of 1, 2, 4, 8 processes, and one cycle beside one bare UPDATE."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machines.lease_table import LeaseTable, claimed, open_session, rate
from procs.core import clock
from procs.store.health import workers
from procs.store.jobs import leases

JOBS, TURNS = 1_000, 400
PROCESSES = (1, 2, 4, 8)
WORK = 0.005


def measure(conninfo: str, folder: Path) -> dict[str, Any]:
    """Jobs a second by number of processes, how they scale, and a cycle beside an UPDATE."""
    found: dict[str, Any] = {}
    alone, plain = {}, {}
    for n in PROCESSES:
        alone[n] = rate(LeaseTable(conninfo, f"a{n}", folder), n, JOBS, alone=True)
        plain[n] = rate(LeaseTable(conninfo, f"p{n}", folder), n, JOBS)
    busy = {n: rate(LeaseTable(conninfo, f"b{n}", folder), n, 600, seconds=WORK) for n in PROCESSES}
    found["cycles_per_s_alone"] = {str(n): round(one) for n, one in alone.items()}
    found["cycles_per_s"] = {str(n): round(one) for n, one in plain.items()}
    found["busy_per_s"] = {str(n): round(one) for n, one in busy.items()}
    found["scale_2_4_8"] = [round(busy[n] / (n * busy[1]), 2) for n in (2, 4, 8)]
    return found | cycle_beside_update(conninfo, folder)


def cycle_beside_update(conninfo: str, folder: Path) -> dict[str, Any]:
    """The median of one job's end with the next claim in its transaction, and of one UPDATE by its
    key, both without a wait for the disk."""
    place = LeaseTable(conninfo, "one", folder)
    place.fill(TURNS + 10)
    db, bare = place.open(), open_session(place.url)
    bare.execute("CREATE TABLE bare (id BIGINT PRIMARY KEY, value BIGINT)")
    bare.execute("INSERT INTO bare SELECT n, 0 FROM GENERATE_SERIES(1, 1000) AS n")
    worker = workers.enter(db, "w", now=clock.now())
    held = claimed(db, worker)

    def cycle() -> None:
        nonlocal held
        with db.write():
            leases.finish(db, held[0], now=clock.now())
            held = claimed(db, worker)

    def update() -> None:
        bare.execute("UPDATE bare SET value = value + 1 WHERE id = 7", prepare=True)

    ours, theirs = medians(cycle, update)
    db.close()
    bare.close()
    return {
        "cycle_us": round(ours * 1e6),
        "bare_update_us": round(theirs * 1e6),
        "cycle_pg_vs_bare_update": round(ours / theirs, 2),
    }


def medians(*turns: Callable[[], None]) -> list[float]:
    """Each in turn, so that both meet the same load."""
    times: list[list[float]] = [[] for _ in turns]
    for _ in range(TURNS):
        for one, turn in zip(times, turns, strict=True):
            began = time.perf_counter()
            turn()
            one.append(time.perf_counter() - began)
    return [statistics.median(one) for one in times]
