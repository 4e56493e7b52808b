"""Jobs a second of one worker of ours, of procrastinate and of pgqueuer, on one server in one run:
where every end of a job is on the disk before the next begins, and where none waits for it.

pgqueuer keeps the ends of a batch in memory, ten as it is delivered, and writes them together: what
a crash then does again, ours never does. So it is measured with batches of one, and of ten beside
them."""

import asyncio
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.machines.lease_table import LeaseTable, claimed, cycle, open_session
from procs.core import clock
from procs.store.health import workers

JOBS = 500
PROCRASTINATE = (
    *("-m", "procrastinate", "--app", "bench.queue.peers.procrastinate_app.app"),
    *("worker", "--one-shot", "--concurrency", "1"),
)


def measure(conninfo: str, folder: Path) -> dict[str, Any]:
    """Jobs a second of each, and ours as a multiple; one that is not installed is left out."""
    # What the jobs of procrastinate count themselves in, without an end that is told.
    os.environ.update(BENCH_TALLY=str(folder / "tally"), BENCH_JOBS=str(JOBS + 1))
    found: dict[str, Any] = {}
    for way, full in (("", True), ("_without_disk", False)):
        before = ours(conninfo, folder, full=full)
        for name, peer in PEERS.items():
            try:
                rate = peer(conninfo, full)
            except ImportError as error:
                print(f"{name}: {error}")
                continue
            # Of the two runs beside it: the disk of a shared machine is not the same all the time.
            after = ours(conninfo, folder, full=full)
            mine = 2 / (1 / before + 1 / after)
            found[f"{name}_jobs_per_s{way}"] = [round(rate), round(mine)]
            found[f"claim_vs_{name}{way}"] = round(mine / rate, 2)
            before = after
    return found


def ours(conninfo: str, folder: Path, *, full: bool) -> float:
    """As a worker does: the end of a job and the next claim are one transaction."""
    place = LeaseTable(conninfo, f"contest{time.monotonic_ns()}", folder)
    place.fill(JOBS)
    db = place.open()
    worker = workers.enter(db, "w", now=clock.now())
    began = time.monotonic()
    held = claimed(db, worker)
    while held:
        held = cycle(db, worker, held[0], full=full)
    took = time.monotonic() - began
    db.close()
    return JOBS / took


def procrastinate(conninfo: str, full: bool) -> float:
    """Its worker program, without the time that it takes to start."""
    place = named(conninfo, f"of_procrastinate_{int(full)}")
    os.environ["BENCH_PLACE"] = place + durability(full)
    os.environ["BENCH_TALLY"] += "x"
    sys.modules.pop("bench.queue.peers.procrastinate_app", None)
    procrastinate_app = importlib.import_module("bench.queue.peers.procrastinate_app")
    with procrastinate_app.app.open():
        procrastinate_app.app.schema_manager.apply_schema()
    start = timed(PROCRASTINATE)
    procrastinate_app.enqueue(range(JOBS))
    return JOBS / (timed(PROCRASTINATE) - start)


def timed(words: tuple[str, ...]) -> float:
    """Seconds of one Python program."""
    began = time.monotonic()
    quiet = subprocess.DEVNULL
    subprocess.run([sys.executable, *words], check=True, stdout=quiet, stderr=quiet)
    return time.monotonic() - began


def pgqueuer(conninfo: str, full: bool, *, batch: int = 1) -> float:
    """Its manager, from its first job on."""
    import pgqueuer  # noqa: F401  (an ImportError says that it is not installed)

    place = named(conninfo, f"of_pgqueuer_{batch}_{int(full)}") + durability(full)
    return asyncio.run(run_pgqueuer(place, batch))


async def run_pgqueuer(place: str, batch: int) -> float:
    """Jobs a second of pgqueuer's own manager, from its first job to the last."""
    import psycopg
    from pgqueuer import PgQueuer
    from pgqueuer.db import PsycopgDriver
    from pgqueuer.queries import Queries

    async with await psycopg.AsyncConnection.connect(place, autocommit=True) as connection:
        driver = PsycopgDriver(connection)
        queries = Queries(driver)
        await queries.install()
        await queries.enqueue(["job"] * JOBS, [None] * JOBS, [0] * JOBS)
        manager = PgQueuer(driver)
        times: list[float] = []

        @manager.entrypoint("job")
        async def job(_: object) -> None:
            times.append(time.monotonic())
            if len(times) == JOBS:
                manager.shutdown.set()

        await manager.run(batch_size=batch)
    return JOBS / (times[-1] - times[0])


def durability(full: bool) -> str:
    """What makes the others' commits wait for the disk, or not, as ours do."""
    return f" options='-c synchronous_commit={'on' if full else 'off'}'"


def named(conninfo: str, name: str) -> str:
    """How to connect to a new database of this name."""
    admin = open_session(conninfo)
    admin.execute(f"CREATE DATABASE {name}")
    admin.close()
    return conninfo.replace("dbname=postgres", f"dbname={name}")


PEERS: dict[str, Callable[[str, bool], float]] = {
    "procrastinate": procrastinate,
    "pgqueuer": pgqueuer,
    "pgqueuer_in_tens": partial(pgqueuer, batch=10),
}
