"""Jobs a second of one worker of ours, of procrastinate and of pgqueuer, on one server in one run,
where every commit of a finished job waits for the disk."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.machines.lease_table import LeaseTable, claimed, finish, open_session
from procs.core import clock
from procs.store.health import workers

JOBS = 1_000
#: What makes the others' commits wait for the disk, as ours do.
DURABLE = " options='-c synchronous_commit=on'"
PROCRASTINATE = (
    *("-m", "procrastinate", "--app", "bench.queue.peers.procrastinate_app.app"),
    *("worker", "--one-shot", "--concurrency", "1"),
)


def measure(conninfo: str, folder: Path) -> dict[str, Any]:
    """Jobs a second of each, and ours as a multiple; one that is not installed is left out."""
    # What the jobs of procrastinate count themselves in, without an end that is told.
    os.environ.update(BENCH_TALLY=str(folder / "tally"), BENCH_JOBS=str(JOBS + 1))
    mine = ours(conninfo, folder)
    found: dict[str, Any] = {"ours_jobs_per_s": round(mine)}
    for name, peer in (("procrastinate", procrastinate), ("pgqueuer", pgqueuer)):
        try:
            rate = peer(conninfo)
        except ImportError as error:
            print(f"{name}: {error}")
            continue
        found[f"{name}_jobs_per_s"] = round(rate)
        found[f"claim_vs_{name}"] = round(mine / rate, 2)
    return found


def ours(conninfo: str, folder: Path) -> float:
    """As a worker does: the end of a job and the next claim are one transaction."""
    place = LeaseTable(conninfo, "contest", folder)
    place.fill(JOBS)
    db = place.open()
    worker = workers.enter(db, "w", now=clock.now())
    began = time.monotonic()
    held = claimed(db, worker)
    while held:
        with db.write(full=True):
            finish(db, held[0])
            held = claimed(db, worker)
    took = time.monotonic() - began
    db.close()
    return JOBS / took


def procrastinate(conninfo: str) -> float:
    """Its worker program, without the time that it takes to start."""
    place = named(conninfo, "of_procrastinate")
    os.environ["BENCH_PLACE"] = place + DURABLE
    from bench.queue.peers import procrastinate_app

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


def pgqueuer(conninfo: str) -> float:
    """Its manager, from its first job on."""
    import pgqueuer  # noqa: F401  (an ImportError says that it is not installed)

    return asyncio.run(run_pgqueuer(named(conninfo, "of_pgqueuer") + DURABLE))


async def run_pgqueuer(place: str) -> float:
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

        await manager.run()
    return JOBS / (times[-1] - times[0])


def named(conninfo: str, name: str) -> str:
    """How to connect to a new database of this name."""
    admin = open_session(conninfo)
    admin.execute(f"CREATE DATABASE {name}")
    admin.close()
    return conninfo.replace("dbname=postgres", f"dbname={name}")
