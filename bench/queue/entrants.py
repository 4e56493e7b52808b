"""The worker programs that are measured beside each other, each started as its users start it."""

import time
from contextlib import ExitStack
from pathlib import Path

from procrastinate import App, PsycopgConnector

from bench.queue import servers
from bench.queue.bare import Bare
from bench.queue.programs import Program
from bench.queue.report import Report
from bench.queue.servers import NoServer
from bench.queue.table import Table
from procs.core.clock import now
from procs.store.reports import system_report as overviews
from procs.store.sqlite.connection import Connection

HUEY = ("-m", "huey.bin.huey_consumer", "bench.queue.peers.huey_app.huey", "--quiet")
CELERY = (
    *("-m", "celery", "--app", "bench.queue.peers.celery_app", "worker", "--pool", "prefork"),
    *("--concurrency", "1", "--loglevel", "ERROR"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
PROCRASTINATE = (
    "-m",
    "procrastinate",
    "--app",
    "bench.queue.peers.procrastinate_app.app",
    "worker",
)
#: Bytes of WAL at which the keeper checkpoints.
WAL = 8000 * 1024
#: Jobs of one round: half a second of work or more for each.
MANY, SOME, FEW = 10_000, 1_500, 600


class Keeper:
    """What the product's keeper does beside workers, and an eye on what becomes of the jobs."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.wal = db.path.with_name(db.path.name + "-wal")

    def look(self) -> None:
        """Move a grown WAL into the database."""
        if self.wal.stat().st_size > WAL:
            self.db.checkpoint(truncate=True)

    def all_finished(self) -> None:
        """Return when no job is left. Raises TimeoutError when some stay."""
        deadline = time.monotonic() + 5
        while any(sum(lane.values()) for lane in self.left().values()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"ours left jobs undone: {self.left()}")
            time.sleep(0.02)

    def left(self) -> dict[str, dict[str, int]]:
        """The jobs that are not finished, by lane and state."""
        return overviews.overview(self.db, now=now()).jobs


def ours(folder: Path, *options: str, jobs: int = MANY) -> Program:
    """Our worker program on a new table."""
    keeper = Keeper(Table(folder).make().open())
    command = ("-m", "bench.queue.worker", str(folder), *options)
    return Program("ours", "ours", command, str(folder), jobs, keeper=keeper)


def sleeper(folder: Path, *, full: bool = False) -> Program:
    """The product's own loop on a new table; `full`: what is enqueued is on the disk first."""
    Table(folder).make()
    environment = {"BENCH_FULL": "1"} if full else {}
    return Program(
        "ours", "ours", ("-m", "bench.queue.sleeper", str(folder)), str(folder), 0, environment
    )


def bare(folder: Path) -> Program:
    """The barest table with one datagram a job, in a folder of its own."""
    Bare(folder, room=1).fill(users=0, each=0)
    return Program("bare", "bare_app", ("-m", "bench.queue.peers.bare_app"), str(folder), 0)


def huey(folder: Path, fsync: str, *, jobs: int = MANY) -> Program:
    """`fsync`: off (below NORMAL) or default (FULL)."""
    place = str(folder / f"huey-{fsync}.db")
    return Program("huey", "huey_app", HUEY, place, jobs, {"BENCH_FSYNC": fsync})


def celery(folder: Path, up: ExitStack, *, jobs: int = SOME) -> Program:
    """Raises NoServer."""
    socket = up.enter_context(servers.redis(folder))
    return Program("celery", "celery_app", CELERY, str(socket), jobs)


def procrastinate(folder: Path, up: ExitStack, *, jobs: int = FEW) -> Program:
    """Raises NoServer."""
    place = up.enter_context(servers.postgres(folder))
    with App(connector=PsycopgConnector(conninfo=place)).open() as app:
        app.schema_manager.apply_schema()
    return Program("procrastinate", "procrastinate_app", PROCRASTINATE, place, jobs)


def with_servers(report: Report, folder: Path, up: ExitStack, share: int) -> dict[str, Program]:
    """The programs that need a server, as far as it can be had."""
    found = {}
    for name, start, jobs in (
        ("celery, Redis", celery, SOME),
        ("procrastinate, PostgreSQL", procrastinate, FEW),
    ):
        try:
            found[name] = start(folder, up, jobs=jobs // share)
        except NoServer as error:
            report.row(name, None, note=f"no server: {error}")
    return found
