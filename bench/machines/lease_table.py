"""A lease table on a server of our own, and processes that work it."""

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from bench.queue import servers, table
from procs.core import clock
from procs.errors import LeaseLost
from procs.records.job import Lane, Lease
from procs.store.database import Database, migrate, open_database
from procs.store.health import workers
from procs.store.jobs import leases

FORK = multiprocessing.get_context("fork")
#: What counts statements.
COUNTS = ("shared_preload_libraries=pg_stat_statements",)


@contextmanager
def server(*settings: str) -> Iterator[str]:
    """The conninfo of a server whose commits wait for the disk where we ask for it."""
    home = Path(tempfile.mkdtemp(prefix="bm-"))
    home.chmod(0o755)
    try:
        with servers.postgres(home, *settings) as conninfo:
            yield conninfo
    finally:
        shutil.rmtree(home, ignore_errors=True)


class LeaseTable:
    """One database of a server, with the product's tables."""

    def __init__(self, conninfo: str, name: str, folder: Path) -> None:
        host = conninfo.partition("host=")[2].split()[0]
        self.url = f"postgresql://bench@/{name}?host={host}"
        self.run = folder / name
        admin = open_session(conninfo)
        admin.execute(f"CREATE DATABASE {name}")
        admin.close()
        migrate(self.url, run=self.run)

    def open(self) -> Database:
        """A connection, as each process has one."""
        return open_database(self.url, run=self.run)

    def fill(self, jobs: int) -> None:
        """Deliveries of many people, each of whom may have as many queued."""
        db = self.open()
        for start in range(0, jobs, table.BITE):
            batch = range(start, min(jobs, start + table.BITE))
            with db.write():
                for n in batch:
                    job = table.delivery(1000 + n)
                    table.seats.add(db, job, now=clock.now())
        db.close()


def open_session(conninfo: str) -> Any:
    """A bare session of psycopg, without a transaction of its own."""
    import psycopg

    return psycopg.connect(conninfo, autocommit=True)


def rate(
    place: LeaseTable, processes: int, jobs: int, *, seconds: float = 0.0, alone: bool = False
) -> float:
    """Jobs a second of so many processes, each with one job at a time that takes so long; `alone`:
    every transaction has the gate for itself, as before they went beside one another."""
    place.fill(jobs)
    ready, go = FORK.Barrier(processes + 1), FORK.Event()
    facts = (place, ready, go, seconds, alone)
    children = [FORK.Process(target=work, args=facts) for _ in range(processes)]
    for child in children:
        child.start()
    ready.wait()
    began = time.monotonic()
    go.set()
    for child in children:
        child.join()
        assert child.exitcode == 0
    return jobs / (time.monotonic() - began)


def work(place: LeaseTable, ready: Any, go: Any, seconds: float, alone: bool) -> None:
    """One process: claim and finish until nothing is left; a job takes `seconds`. `alone` has every
    transaction pass the whole gate."""
    db = place.open()
    if alone:
        write = db.write

        def whole(
            *, full: bool = False, only: Collection[str] | None = None, quiet: bool = False
        ) -> AbstractContextManager[None]:
            return write(full=full)

        db.write = whole  # type: ignore[method-assign]
    worker = workers.enter(db, f"w-{clock.now().boot}", now=clock.now())
    ready.wait()
    go.wait()
    held = claimed(db, worker)
    while held:
        if seconds:
            time.sleep(seconds)
        held = cycle(db, worker, held[0])
    db.close()


def cycle(db: Database, worker: int, lease: Lease, *, full: bool = True) -> list[Lease]:
    """As `WorkerLoop.finishing`: the end of a job and the next claim are one transaction."""
    with db.write(full=full, only=leases.names(lease, Lane.LIGHT, leases.ENDLESS)):
        leases.finish(db, lease, now=clock.now())
        found = leases.claiming(db, worker=worker, lane=Lane.LIGHT, room=1, now=clock.now())
    return found()


def claimed(db: Database, worker: int) -> list[Lease]:
    """One lease of the light lane, if there is a job."""
    return leases.claim(db, worker=worker, lane=Lane.LIGHT, room=1, now=clock.now())


def finish(db: Database, lease: Lease) -> None:
    """Finish a job; one whose lease was lost belongs to another."""
    try:
        leases.finish(db, lease, now=clock.now())
    except LeaseLost:
        return
