"""Figures that the database has, read over the monitor's own connection."""

from collections.abc import Mapping

from procs.config import Settings
from procs.core import clock, codec
from procs.core.clock import Now
from procs.core.files.rest_file import RestingView
from procs.errors import StoreError
from procs.keeper.metrics.readiness import TRIP_LIFE
from procs.keeper.monitor.machine_gauges import Gauge
from procs.keeper.monitor.response_times import ResponseTimes
from procs.keeper.monitor.sliding_window import SlidingWindow
from procs.records.job import State
from procs.store.database import Database
from procs.store.health import alerts, round_trips, runtime_settings
from procs.store.health.alerts import Alert
from procs.store.health.workers import Worker
from procs.store.machines import machine_rows
from procs.store.reports import metric_report

#: Seconds over which openings of breakers are judged, and their counter.
OPENED_IN, OPENED = 900.0, "breakers.opened"
#: Seconds for which figures hold while the database is at rest: a silence ends that.
REST_LIFE = 300.0


class StoreGauges:
    """One database's."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.responses, self.openings = ResponseTimes(), SlidingWindow(OPENED_IN, OPENED)
        #: What was found last.
        self.found: dict[str, Gauge] = {}
        self.noted: list[Alert] | None = None
        #: Whether this machine tells the chat what all that share the database find alike.
        self.leads = not settings.has_server
        self.view = RestingView(REST_LIFE)
        #: Round trips are noted to a tenth of a second.
        self.began = clock.now().boot - 1.0

    def read(self, now: Now) -> dict[str, Gauge]:
        """All of them; only that it fails, when the database cannot be read. For a while the same
        while it is at rest."""
        if not self.view.holds(self.db.rest()):
            self.found = self.asked(now)
        return self.found

    def asked(self, now: Now) -> dict[str, Gauge]:
        """What the database says now."""
        try:
            self.db.require_same()
            report = metric_report.read(self.db, now=now)
            away = self.away(now)
            skew = codec.load(runtime_settings.read(self.db, runtime_settings.SKEW, "null"))
            snapshot, self.noted = self.db.oldest_snapshot(), alerts.standing(self.db)
            self.leads = self.is_first(now)
        except StoreError as error:
            return {"database_fault": (1, str(error))}
        opened = self.openings.growth(report.counts, now.boot)[OPENED]
        off = abs(skew) if isinstance(skew, int | float) else None
        return {
            "database_fault": (0, ""),
            "response_p95": self.response(report.counts, now),
            "oldest_waiting": oldest(report),
            "workers_missing": missing(report.workers, self.settings.posts),
            "breakers_opened": (opened, f"{opened} in 15 minutes"),
            "snapshot_age": snapshot,
            "telegram_away": away,
            "clock_skew": (off, f"{off or 0:.0f} s"),
        }

    def others(self, known: frozenset[str]) -> list[Alert] | None:
        """The alerts that processes had noted themselves at the last reading; None when they could
        not be read."""
        if self.found.get("database_fault", (1, ""))[0]:
            return None
        return [one for one in self.noted or () if one.kind not in known]

    def is_first(self, now: Now) -> bool:
        """Whether this machine is alone, or the one of several that does what one must do for all,
        as it takes the backups."""
        first = machine_rows.backup_machine(self.db, now=now) if self.settings.has_server else ""
        return first == self.settings.shared_name

    def away(self, now: Now) -> Gauge:
        """Whether the bot hears nothing of Telegram, or asks it nothing any more; unknown of a bot
        that asked nothing since this monitor began, as there may be none."""
        at = round_trips.latest(self.db)
        if at is None:
            return None, ""
        age = now.boot - at
        if age >= TRIP_LIFE:
            said = f"the bot has asked Telegram nothing for {age:.0f} s"
            return (1, said) if at >= self.began else (None, "")
        return (1, "Telegram does not answer") if round_trips.is_away(self.db) else (0, "")

    def response(self, counts: Mapping[str, int], now: Now) -> Gauge:
        """Seconds within which nearly everybody had a first answer; 0 for too few to say."""
        seconds, requests = self.responses.p95(counts, now)
        return (seconds, f"p95 {seconds:.0f} s of {requests} requests") if seconds else (0.0, "")


def oldest(report: metric_report.MetricReport) -> Gauge:
    """The age of what waits longest: a job in the queue, or a person for a first answer."""
    queued = State.QUEUED.name.lower()
    ages = [(one.age, f"a {one.lane} job") for one in report.depths if one.state == queued]
    age, what = max([*ages, (report.unanswered, "a first answer")])
    return age, f"{what}: {age:.0f} s"


def missing(present: list[Worker], wanted: int) -> Gauge:
    """How many of this machine's workers do not serve."""
    serving = sum(w.state == "serving" and w.here and w.alive and not w.stopped for w in present)
    return max(0, wanted - serving), f"{serving} of {wanted} serve"
