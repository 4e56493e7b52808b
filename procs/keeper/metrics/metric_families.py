"""Every metric by name: its type, and its meaning as a scrape says it.

Names and units follow Prometheus (prometheus.io/docs/practices/naming): base units, `_total` behind
counters, no label whose values a stranger chooses.
"""

from dataclasses import dataclass

NAMESPACE = "chapar_"
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """One metric; `labels` are all that its samples may have."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with its prefix, as a scrape has it."""
        return NAMESPACE + self.name


FAMILIES = (
    MetricFamily("build_info", GAUGE, "Always 1; what runs.", ("version", "python", "engine")),
    MetricFamily("jobs", GAUGE, "Jobs that are not over.", ("lane", "state")),
    MetricFamily(
        "oldest_job_age_seconds",
        GAUGE,
        "Age of the oldest job: in the queue for queued ones, else since it was added; 0: none.",
        ("lane", "state"),
    ),
    MetricFamily(
        "job_run_seconds",
        HISTOGRAM,
        "Time from a job's claim until it left its worker, by what became of it.",
        ("kind", "result"),
    ),
    MetricFamily("jobs_taken_back_total", COUNTER, "Jobs taken from dead or silent workers."),
    MetricFamily("jobs_dead_total", COUNTER, "Jobs given up because workers died of them."),
    MetricFamily(
        "job_failures_total", COUNTER, "Attempts of jobs that failed, by class.", ("error",)
    ),
    MetricFamily("requests_received_total", COUNTER, "Links accepted from people."),
    MetricFamily("requests_ended_total", COUNTER, "Requests that are over.", ("result",)),
    MetricFamily("requests_open", GAUGE, "Requests that are not over."),
    MetricFamily(
        "request_wait_seconds",
        HISTOGRAM,
        "Time from a link until a worker began with it; counted at the request's end.",
        ("result",),
    ),
    MetricFamily(
        "request_response_seconds",
        HISTOGRAM,
        "Time from a link to its first answer in the chat; counted at the request's end.",
        ("result",),
    ),
    MetricFamily(
        "request_delivery_seconds",
        HISTOGRAM,
        "Time from a link to its media in the chat.",
        ("source",),
    ),
    MetricFamily(
        "oldest_unanswered_request_age_seconds",
        GAUGE,
        "Age of the open request that waits longest for its first answer; 0: none.",
    ),
    MetricFamily("delivered_bytes_total", COUNTER, "Bytes of the media delivered."),
    MetricFamily(
        "deliveries_uncertain_total", COUNTER, "Sends whose outcome was not known at first."
    ),
    MetricFamily("workers", GAUGE, "Worker processes.", ("state",)),
    MetricFamily("workers_left_total", COUNTER, "Worker processes that ended.", ("reason",)),
    MetricFamily("worker_jobs", GAUGE, "Jobs that a slot's worker has taken so far.", ("slot",)),
    MetricFamily("worker_rss_bytes", GAUGE, "Resident memory of a slot's worker.", ("slot",)),
    MetricFamily(
        "worker_heartbeat_age_seconds",
        GAUGE,
        "Time since the last heartbeat of a slot's worker.",
        ("slot",),
    ),
    MetricFamily("worker_slots_configured", GAUGE, "Workers that should serve (CHAPAR_WORKERS)."),
    MetricFamily(
        "download_rooms_configured",
        GAUGE,
        "Downloads that may run at once (CHAPAR_MAX_CONCURRENT_DOWNLOADS).",
    ),
    MetricFamily(
        "send_budget_ahead_seconds",
        GAUGE,
        "Time by which messages are promised ahead of their rate; above 0.1 messages queue up.",
    ),
    MetricFamily("flood_waits", GAUGE, "Waits asked for by Telegram that go on."),
    MetricFamily("flood_wait_left_seconds", GAUGE, "Time until the last of these waits is over."),
    MetricFamily("flood_waits_total", COUNTER, "Waits asked for by Telegram."),
    MetricFamily(
        "egress_bytes_total", COUNTER, "Bytes through the proxies of downloads, both ways."
    ),
    MetricFamily(
        "egress_denied_total", COUNTER, "Requests that these proxies refused.", ("reason",)
    ),
    MetricFamily(
        "jail_refused_calls_total", COUNTER, "System calls refused to downloads.", ("call",)
    ),
    MetricFamily("breakers_open", GAUGE, "Sites left alone for everybody."),
    MetricFamily("breakers_opened_total", COUNTER, "Openings of breakers."),
    MetricFamily("alerts", GAUGE, "Alerts that go on, by kind.", ("kind",)),
    MetricFamily("backup_interval_seconds", GAUGE, "Time between two backups; 0: none by itself."),
    MetricFamily("backups", GAUGE, "Backups that are kept.", ("state",)),
    MetricFamily(
        "backup_last_success_timestamp_seconds", GAUGE, "When the newest good backup was taken."
    ),
    MetricFamily(
        "backup_last_verified_timestamp_seconds", GAUGE, "When a backup was last verified."
    ),
    MetricFamily("backup_last_bytes", GAUGE, "Size of the newest good backup."),
    MetricFamily("backup_drill_timestamp_seconds", GAUGE, "When the last drill was; 0: none yet."),
    MetricFamily("backup_drill_ok", GAUGE, "Whether the last drill found a good backup."),
    MetricFamily(
        "database_lock_events_total",
        COUNTER,
        "Errors of a locked database, and long waits for it.",
        ("event",),
    ),
    MetricFamily("revoked_sessions", GAUGE, "Sign-ins that Telegram revoked."),
    MetricFamily("disk_free_bytes", GAUGE, "Bytes free for us.", ("place",)),
    MetricFamily("disk_size_bytes", GAUGE, "Bytes of the file system.", ("place",)),
    MetricFamily("memory_used_ratio", GAUGE, "Share of the memory that no program could have."),
    MetricFamily("database_bytes", GAUGE, "Bytes of the database's files.", ("file",)),
    MetricFamily("cleanup_failures_total", COUNTER, "Files that could not be removed at once."),
    MetricFamily("scrape_seconds", GAUGE, "Time that this scrape took."),
)
BY_NAME = {family.name: family for family in FAMILIES}
