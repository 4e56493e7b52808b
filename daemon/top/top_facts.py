"""What one refresh of `chapar top` reads: a few counts and rows by index, about a millisecond."""

from dataclasses import dataclass

from daemon.console import machine_table
from daemon.console.machine_table import MachineStatus
from daemon.supervisor import process_tree
from procs.config import Settings
from procs.core import clock, disk
from procs.keeper.metrics.exposition import resident
from procs.store.database import Database
from procs.store.health import failed_attempts
from procs.store.health.failed_attempts import FailureGroup
from procs.store.health.workers import Worker
from procs.store.jobs import pauses
from procs.store.machines import machine_rows
from procs.store.reports import live_report, metric_report
from procs.store.reports.live_report import LiveJob
from procs.store.reports.metric_report import MetricReport
from procs.store.sites import breakers
from procs.store.sites.breakers import Breaker

#: Failures that are shown, and the seconds since which they are.
FAILURES_SHOWN, FAILURES_SINCE = 5, 24 * 3600.0


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A living worker, its memory in bytes (0 on another machine), and its jobs."""

    worker: Worker
    rss: int
    beat_age: float
    jobs: tuple[LiveJob, ...]


@dataclass(frozen=True, slots=True)
class TopFacts:
    """All that is shown. `at` is a wall instant."""

    at: float
    runs: bool
    posts: int
    workers: tuple[WorkerRow, ...]
    report: MetricReport
    shut: tuple[Breaker, ...]
    failures: tuple[FailureGroup, ...]
    pauses: tuple[tuple[str, float, str], ...]
    machines: tuple[MachineStatus, ...]
    disk_free: int

    @property
    def jobs(self) -> list[LiveJob]:
        """In the order in which they are shown."""
        return [job for row in self.workers for job in row.jobs]


def posts_of(db: Database, settings: Settings) -> int:
    """How many workers serve, of all machines that are up."""
    now = clock.now()
    there = [one for one in machine_rows.listed(db) if not (one.ended_at or one.is_gone(now))]
    return sum(one.slots for one in there) if there else settings.posts


def read(db: Database, settings: Settings) -> TopFacts:
    """Raises StoreError."""
    now = clock.now()
    report, live = metric_report.read(db, now=now), live_report.read(db, now=now)
    rows = []
    for one in report.workers:
        if one.here and not one.alive:
            continue
        jobs = tuple(job for job in live if job.worker == one.id)
        rss = resident(one.pid) if one.here else 0
        rows.append(WorkerRow(one, rss, max(0.0, now.boot - one.beat_at), jobs))
    groups = failed_attempts.groups(db, since=now.wall - FAILURES_SINCE)
    return TopFacts(
        at=now.wall,
        runs=process_tree.noted(settings.run / process_tree.LOCK) is not None,
        posts=posts_of(db, settings),
        workers=tuple(rows),
        report=report,
        shut=tuple(one for one in breakers.listed(db) if one.state(now) != "closed"),
        failures=tuple(groups[:FAILURES_SHOWN]),
        pauses=tuple(pauses.listed(db)),
        machines=tuple(machine_table.look(db)),
        disk_free=disk.free(settings.home),
    )
