"""Jobs a second of 1, 2, 4, 8 processes, and one cycle beside one bare UPDATE."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machines.amounts import Amounts
from bench.machines.lease_table import LeaseTable, claimed, open_session, rate
from bench.machines.lease_table import cycle as cycle_of
from bench.machines.slow_way import slow_way
from procs.core import clock
from procs.store.database import open_database
from procs.store.health import workers
from procs.store.jobs import leases

PROCESSES = (1, 2, 4, 8)
WORK = 0.005


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Jobs a second by number of processes, how they scale, and a cycle beside an UPDATE."""
    found: dict[str, Any] = {}
    alone: dict[int, float] = {}
    plain: dict[int, float] = {}
    busy: dict[int, float] = {}
    for n in PROCESSES:
        alone[n] = rate(LeaseTable(conninfo, f"a{n}", folder), n, amounts.jobs, alone=True)
        plain[n] = rate(LeaseTable(conninfo, f"p{n}", folder), n, amounts.jobs)
        busy[n] = rate(LeaseTable(conninfo, f"b{n}", folder), n, amounts.busy, seconds=WORK)
    found["cycles_per_s_alone"] = {str(n): round(one) for n, one in alone.items()}
    found["cycles_per_s"] = {str(n): round(one) for n, one in plain.items()}
    found["busy_per_s"] = {str(n): round(one) for n, one in busy.items()}
    found |= {f"scale_{n}": round(busy[n] / (n * busy[1]), 2) for n in PROCESSES[1:]}
    return found | cycle_beside_update(conninfo, folder, amounts.turns)


def cycle_beside_update(conninfo: str, folder: Path, turns: int) -> dict[str, Any]:
    """One job's end with the next claim in its transaction, as a worker does it, beside one UPDATE
    by its key: with both on the disk, as a worker's are; with neither; and with neither over a
    network of half a millisecond there and back."""
    place = LeaseTable(conninfo, "one", folder)
    place.fill(4 * turns)
    found: dict[str, Any] = {}
    with slow_way(place.url, folder) as far:
        for name, url, full in (
            ("", place.url, True),
            ("_without_disk", place.url, False),
            ("_over_network", far, False),
        ):
            ours, theirs = compared(place, url, turns, full=full)
            found |= {
                f"cycle_us{name}": round(ours * 1e6),
                f"bare_update_us{name}": round(theirs * 1e6),
                f"cycle_pg_vs_bare_update{name}": round(ours / theirs, 2),
            }
    return found


def compared(place: LeaseTable, url: str, turns: int, *, full: bool) -> list[float]:
    """The medians of a cycle and of a bare UPDATE, both by this way."""
    db, bare = open_database(url, run=place.run), open_session(url)
    bare.execute(f"SET synchronous_commit = {'on' if full else 'off'}")
    bare.execute("CREATE TABLE IF NOT EXISTS bare (id BIGINT PRIMARY KEY, value BIGINT)")
    bare.execute("INSERT INTO bare VALUES (7, 0) ON CONFLICT DO NOTHING")
    worker = workers.enter(db, "w", now=clock.now())
    held = claimed(db, worker)

    def cycle() -> None:
        nonlocal held
        held = cycle_of(db, worker, held[0], full=full)

    def update() -> None:
        bare.execute("UPDATE bare SET value = value + 1 WHERE id = 7", prepare=True)

    found = medians(cycle, update, turns=turns)
    leases.finish(db, held[0], now=clock.now())
    db.close()
    bare.close()
    return found


def medians(*each: Callable[[], None], turns: int) -> list[float]:
    """Each in turn, so that both meet the same load."""
    times: list[list[float]] = [[] for _ in each]
    for _ in range(turns):
        for one, turn in zip(times, each, strict=True):
            began = time.perf_counter()
            turn()
            one.append(time.perf_counter() - began)
    return [statistics.median(one) for one in times]
