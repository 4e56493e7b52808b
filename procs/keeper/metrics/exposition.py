"""One scrape: what the store and the machine say, as samples."""

import os
import platform
import resource
import time
from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from procs.backups import backup_drill, backup_store
from procs.config import Settings
from procs.core import clock, disk, log, meminfo
from procs.core.clock import Now
from procs.core.files import event_file
from procs.keeper.metrics.metric_text import MetricText
from procs.store.database import Database, files_of
from procs.store.health import alerts, engine_records, histograms
from procs.store.health.workers import Worker
from procs.store.limits import revoked_sessions
from procs.store.reports import metric_report
from procs.store.reports.metric_report import MetricReport
from procs.store.sites import breakers

#: The kinds of alerts that are there, as the monitor knows them.
Standing = Callable[[], Collection[str]]
DISTRIBUTION = "chapar-bot"
#: Counters without a label, by their names in the store.
PLAIN = {
    "jobs.taken-back": "jobs_taken_back_total",
    "jobs.dead": "jobs_dead_total",
    "requests.received": "requests_received_total",
    "delivered.bytes": "delivered_bytes_total",
    "deliveries.uncertain": "deliveries_uncertain_total",
    "flood_waits": "flood_waits_total",
    "egress.bytes": "egress_bytes_total",
    "breakers.opened": "breakers_opened_total",
    "cleanup.failed": "cleanup_failures_total",
}
#: Counters with one label: the beginning of their names in the store, the metric, the label.
LABELLED = (
    ("requests.ended.", "requests_ended_total", "result"),
    ("failures.", "job_failures_total", "error"),
    ("workers.left.", "workers_left_total", "reason"),
    ("egress.denied.", "egress_denied_total", "reason"),
    ("refused.", "jail_refused_calls_total", "call"),
)
#: Histograms: the room of their counters, the metric, the labels.
HISTOGRAMS = (
    ("run", "job_run_seconds", ("kind", "result")),
    ("wait", "request_wait_seconds", ("result",)),
    ("response", "request_response_seconds", ("result",)),
    ("delivery", "request_delivery_seconds", ("source",)),
)
WORKER_STATES = ("spare", "serving", "draining")


def none_stand() -> Collection[str]:
    """Nobody else knows of alerts."""
    return ()


def scrape(db: Database, settings: Settings, standing: Standing = none_stand) -> str:
    """The text of one scrape; `standing` are kinds of alerts that the database may not know of yet.
    Raises StoreError."""
    began, now, text = time.perf_counter(), clock.now(), MetricText()
    report = metric_report.read(db, now=now)
    add_build(text, db)
    add_jobs(text, report)
    add_counts(text, report.counts)
    add_workers(text, report.workers, now=now)
    add_limits(text, report, settings)
    add_health(text, db, standing())
    add_backups(text, settings)
    add_events(text, settings)
    add_machine(text, settings)
    text.add("scrape_seconds", time.perf_counter() - began)
    return text.render()


def add_build(text: MetricText, db: Database) -> None:
    """The versions that run."""
    used = engine_records.in_use(db, disk.host())
    text.add(
        "build_info",
        1,
        version=version(),
        python=platform.python_version(),
        engine=used[0] if used else "",
    )


@cache
def version() -> str:
    """The version of the installed distribution."""
    return metadata.version(DISTRIBUTION)


def add_jobs(text: MetricText, report: MetricReport) -> None:
    """Jobs by lane and state, and the ages of those that wait."""
    for one in report.depths:
        text.add("jobs", one.jobs, lane=one.lane, state=one.state)
        text.add("oldest_job_age_seconds", one.age, lane=one.lane, state=one.state)
    text.add("requests_open", report.open)
    text.add("oldest_unanswered_request_age_seconds", report.unanswered)


def add_counts(text: MetricText, counts: Mapping[str, int]) -> None:
    """The counters of the store, and its histograms."""
    for name, metric in PLAIN.items():
        text.add(metric, counts.get(name, 0))
    for beginning, metric, label in LABELLED:
        for name, value in counts.items():
            if name.startswith(beginning):
                text.add(metric, value, **{label: name.removeprefix(beginning)})
    for room, metric, labels in HISTOGRAMS:
        for name, times in histograms.read(counts, room).items():
            values = name.split(".", len(labels) - 1)
            text.add_histogram(metric, times, **dict(zip(labels, values, strict=True)))


def add_workers(text: MetricText, workers: list[Worker], *, now: Now) -> None:
    """Those that live; of this machine's by slot, too. Of two that share one for a moment, and of
    two spares, the newer."""
    living = [one for one in workers if not one.here or one.alive]
    for state in WORKER_STATES:
        text.add("workers", sum(one.state == state for one in living), state=state)
    for slot, one in {place(one): one for one in living if one.here}.items():
        text.add("worker_jobs", one.jobs, slot=slot)
        text.add("worker_rss_bytes", resident(one.pid), slot=slot)
        if one.state != "spare":  # which has no heartbeat before it serves
            text.add("worker_heartbeat_age_seconds", max(0.0, now.boot - one.beat_at), slot=slot)


def place(worker: Worker) -> str:
    """A worker's slot as a label."""
    return "spare" if worker.slot is None else str(worker.slot)


def resident(pid: int) -> int:
    """Bytes of memory of a process (proc_pid_statm(5)); 0 when it ended meanwhile."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * resource.getpagesize()


def add_limits(text: MetricText, report: MetricReport, settings: Settings) -> None:
    """What is configured, and what Telegram imposes, in seconds."""
    text.add("worker_slots_configured", settings.posts)
    text.add("download_rooms_configured", settings.max_concurrent_downloads)
    text.add("send_budget_ahead_seconds", report.send_ahead)
    text.add("flood_waits", report.flood_waits)
    text.add("flood_wait_left_seconds", report.flood_left)


def add_health(text: MetricText, db: Database, standing: Collection[str]) -> None:
    """Breakers, revoked sessions and alerts; `standing` are kinds that the monitor knows of."""
    text.add("breakers_open", len({one.site for one in breakers.listed(db) if one.is_shut_to_all}))
    text.add("revoked_sessions", len(revoked_sessions.unresolved(db)))
    kinds = [one.kind for one in alerts.standing(db)]
    for kind in sorted({*kinds, *standing}):
        text.add("alerts", max(1, kinds.count(kind)), kind=kind)


def add_backups(text: MetricText, settings: Settings) -> None:
    """Instants are 0 while there is none; an interval of 0 means that none is taken by itself, or
    that another machine takes them."""
    try:
        listed = backup_store.listed(settings.backup_folder)
    except OSError as error:
        listed = []
        log.warning("metrics.no-backups", error=error)
    good = [one for one in listed if one.is_ok]
    interval = 0.0 if backup_store.elsewhere(settings) else settings.backup_interval
    text.add("backup_interval_seconds", interval)
    text.add("backups", len(good), state="ok")
    text.add("backups", len(listed) - len(good), state="bad")
    text.add("backup_last_success_timestamp_seconds", good[0].taken_at if good else 0)
    verified = max((one.verified_at for one in good), default=0)
    text.add("backup_last_verified_timestamp_seconds", verified)
    text.add("backup_last_bytes", good[0].size if good else 0)
    drill = backup_drill.last(settings.backup_folder)
    text.add("backup_drill_timestamp_seconds", drill.at if drill else 0)
    text.add("backup_drill_ok", int(drill is None or drill.state == backup_store.OK))


def add_events(text: MetricText, settings: Settings) -> None:
    """What connections noted of locks, which the database itself cannot count."""
    noted = event_file.totals(settings.run / event_file.LOCKS)
    for event in ("error", "wait"):
        text.add("database_lock_events_total", noted[event], event=event)


def add_machine(text: MetricText, settings: Settings) -> None:
    """Disk, memory and the files of the database, in bytes."""
    files = files_of(settings.database_url)
    places = {"home": settings.home} | ({"database": files[0].parent} if files else {})
    if disk.is_apart(settings.jobs, settings.home):
        places["downloads"] = settings.jobs
    for place, folder in places.items():
        text.add("disk_free_bytes", disk.free(folder), place=place)
        text.add("disk_size_bytes", disk.whole(folder), place=place)
    text.add("memory_used_ratio", meminfo.used_share())
    for file in files:
        name = file.name.removeprefix(files[0].name).lstrip("-") or "main"
        text.add("database_bytes", weight(file), file=name)


def weight(file: Path) -> int:
    """Bytes of a file; 0 when it is not there."""
    try:
        return os.stat(file).st_size
    except FileNotFoundError:
        return 0
