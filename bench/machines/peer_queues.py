"""Jobs a second of one worker program of ours, of procrastinate and of pgqueuer, on one server in
one run: each with eight jobs at once, as our worker has rooms for deliveries, and with one at a
time; every commit on the disk, and with a server that waits for none.

pgqueuer keeps the ends of a batch in memory for up to a tenth of a second while the next batch
runs, and writes them together: what a crash then does again, ours never does. With one at a time it
is told to keep none.
"""

import asyncio
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machines import worker_program
from bench.machines.amounts import Amounts
from bench.machines.lease_table import LeaseTable, open_session

#: Rooms of our worker's light lane, and one; and what is measured at each: the disk, or none.
ROOMS, ONE = 8, 1
#: Jobs that come and go by one statement.
BITE = 100_000
#: How many times as many jobs as the slowest a queue does, so that each works for a second at
#: least. More would be against procrastinate: it does 841 a second of 800, and 197 of 8,000.
TIMES = {"procrastinate": 1, "pgqueuer": 10}
OURS = 10
WAYS = {
    "": (ROOMS, True),
    "_one_at_a_time": (ONE, True),
    "_without_disk": (ROOMS, False),
    "_one_at_a_time_without_disk": (ONE, False),
}
PROCRASTINATE = ("-m", "procrastinate", "--app", "bench.queue.peers.procrastinate_app.app")


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Jobs a second of each, and ours as a multiple; one that is not installed is left out."""
    jobs = OURS * amounts.peers
    os.environ.update(BENCH_TALLY=str(folder / "tally"))
    found: dict[str, Any] = {"peers_jobs": jobs, "peers_rooms": ROOMS}
    for way, (rooms, disk) in WAYS.items():
        wait_for_disk(conninfo, disk)
        before = ours(conninfo, folder, rooms, jobs)
        for name, peer in PEERS.items():
            try:
                rate = peer(conninfo, rooms, TIMES[name] * amounts.peers)
            except ImportError as error:
                print(f"{name}: {error}")
                continue
            # Of the two runs beside it: the disk of a shared machine is not the same all the time.
            after = ours(conninfo, folder, rooms, jobs)
            mine = 2 / (1 / before + 1 / after)
            found[f"{name}_jobs_per_s{way}"] = [round(rate), round(mine)]
            found[f"claim_vs_{name}{way}"] = round(mine / rate, 2)
            before = after
    return found


def wait_for_disk(conninfo: str, disk: bool) -> None:
    """Whether the server waits for its disk at all, whoever commits."""
    admin = open_session(conninfo)
    admin.execute(f"ALTER SYSTEM SET fsync = {'on' if disk else 'off'}")
    admin.execute("ALTER SYSTEM SET synchronous_commit = 'on'")
    admin.execute("SELECT pg_reload_conf()")
    admin.close()
    time.sleep(0.5)  # until every process of the server has read it


def ours(conninfo: str, folder: Path, rooms: int, jobs: int) -> float:
    """The product's own loop."""
    place = LeaseTable(conninfo, f"contest{time.monotonic_ns()}", folder)
    return worker_program.rate(place, jobs, rooms=rooms)


def procrastinate(conninfo: str, rooms: int, jobs: int) -> float:
    """Its worker program, from its first job on."""
    tally = Path(f"{os.environ['BENCH_TALLY']}-{time.monotonic_ns()}")
    place = named(conninfo, f"of_procrastinate_{time.monotonic_ns()}")
    facts = {"BENCH_PLACE": place, "BENCH_TALLY": str(tally), "BENCH_JOBS": str(jobs)}
    os.environ |= {"BENCH_PLACE": place, "BENCH_JOBS": str(jobs)}
    sys.modules.pop("bench.queue.peers.procrastinate_app", None)
    procrastinate_app = importlib.import_module("bench.queue.peers.procrastinate_app")
    with procrastinate_app.app.open():
        procrastinate_app.app.schema_manager.apply_schema()
    procrastinate_app.enqueue(range(jobs))
    words = (*PROCRASTINATE, "worker", "--one-shot", "--concurrency", str(rooms))
    quiet = subprocess.DEVNULL
    subprocess.run(
        [sys.executable, *words],
        check=True,
        stdout=quiet,
        stderr=quiet,
        env={**os.environ, **facts},
    )
    told = json.loads(tally.read_text().splitlines()[0])
    return float(told["jobs"] / told["seconds"])


def pgqueuer(conninfo: str, rooms: int, jobs: int) -> float:
    """Its manager, from its first job on."""
    import pgqueuer  # noqa: F401  (an ImportError says that it is not installed)

    place = named(conninfo, f"of_pgqueuer_{time.monotonic_ns()}")
    return pgqueuer_rate(place, rooms, jobs)


def pgqueuer_rate(place: str, rooms: int, jobs: int) -> float:
    """Jobs a second in a database that may have its tables already."""
    return asyncio.run(run_pgqueuer(place, rooms, jobs))


def age_pgqueuer(place: str, jobs: int) -> None:
    """Let so many jobs of it come and go, without its programs."""
    session = open_session(place)
    for _ in range(max(1, jobs // BITE)):
        session.execute(
            "INSERT INTO pgqueuer (priority, entrypoint, status)"
            " SELECT 0, 'job', 'queued' FROM GENERATE_SERIES(1, %s)",
            [min(jobs, BITE)],
        )
        session.execute("UPDATE pgqueuer SET status = 'picked'")
        session.execute("DELETE FROM pgqueuer")
    session.close()


async def run_pgqueuer(place: str, rooms: int, jobs: int) -> float:
    """Jobs a second of pgqueuer's own manager, from its first job to the last. It wants to have two
    batches under way."""
    import psycopg
    from pgqueuer import PgQueuer
    from pgqueuer.db import PsycopgDriver
    from pgqueuer.queries import Queries

    async with await psycopg.AsyncConnection.connect(place, autocommit=True) as connection:
        driver = PsycopgDriver(connection)
        queries = Queries(driver)
        if not await queries.has_table("pgqueuer"):
            await queries.install()
        await queries.enqueue(["job"] * jobs, [None] * jobs, [0] * jobs)
        manager = PgQueuer(driver)
        times: list[float] = []

        @manager.entrypoint("job")
        async def job(_: object) -> None:
            times.append(time.monotonic())
            if len(times) == jobs:
                manager.shutdown.set()

        await manager.run(batch_size=rooms, max_concurrent_tasks=2 * rooms)
    return jobs / (times[-1] - times[0])


def named(conninfo: str, name: str) -> str:
    """How to connect to a new database of this name."""
    admin = open_session(conninfo)
    admin.execute(f"CREATE DATABASE {name}")
    admin.close()
    return conninfo.replace("dbname=postgres", f"dbname={name}")


PEERS: dict[str, Callable[[str, int, int], float]] = {
    "procrastinate": procrastinate,
    "pgqueuer": pgqueuer,
}
