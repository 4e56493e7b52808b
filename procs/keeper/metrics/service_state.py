"""What the service manager is told: one line for people, and whether the work goes on.

The watchdog is a joined one: it is fed while a write to the store, the claims of the workers and
the bot's round trips to Telegram are all fresh. Each is missed only once it was there, and an
answer that there is no way to Telegram, no room on the disk, or no server of the database, is one
too: a restart mends what hangs, not what is not there.
"""

from collections.abc import Callable

from procs.backups import backup_store
from procs.config import Settings
from procs.core import clock, disk, durations, log
from procs.core.files import event_file
from procs.core.files.rest_file import RestingView
from procs.errors import StoreAway, StoreFull
from procs.keeper.metrics import readiness, service_report
from procs.keeper.metrics.service_report import ServiceReport
from procs.records.job import State
from procs.store.database import Database
from procs.store.health import round_trips, runtime_settings, workers
from procs.store.jobs import claimable
from procs.store.reports.system_report import under_way

#: The row that is written to try the store.
BEAT_ROW = "service.beat"
#: Seconds between two such rows; free bytes below which each report writes one.
BEAT_INTERVAL, SCARCE = 60.0, 64 * disk.MIB
#: What people are told while no server answers.
AWAY = "the server of the database is away"
#: Seconds for which a report holds while the database is at rest: a silence ends that.
REST_LIFE = 300.0


class ServiceState:
    """Judges the service, and reports it to supervisord. `may_judge`: whether what is old in rows
    may be taken for stale, asked where something is."""

    def __init__(
        self, db: Database, settings: Settings, may_judge: Callable[[], bool] = lambda: True
    ) -> None:
        self.db = db
        self.settings = settings
        self.may_judge = may_judge
        #: What was fresh once, and is missed from then on.
        self.joined: set[str] = set()
        #: When the row is written next, on the boot clock.
        self.next_beat = 0.0
        #: What was written last.
        self.words: ServiceReport | None = None
        self.view = RestingView(REST_LIFE)

    def report(self) -> None:
        """Write the report, for a while the same while the database is at rest. Raises StoreError
        but StoreFull; then none is written, but for a server that is away."""
        try:
            if not self.view.holds(self.db.rest()) or self.words is None:
                self.words = self.judged()
        except StoreAway:
            self.words = None
            self.joined.clear()  # what is in rows grew old meanwhile
            service_report.write(self.settings.run, ServiceReport(AWAY, (), serves=False))
            raise
        service_report.write(self.settings.run, self.words)

    def judged(self) -> ServiceReport:
        """What is found now. Raises as `report`."""
        full = not self.try_store()
        serving = self.serving()
        claimable.look(self.db)
        fresh = {"claims": serving > 0, "telegram": self.hears_telegram()}
        self.joined |= {name for name, there in fresh.items() if there}
        stale = tuple(name for name in fresh if name in self.joined and not fresh[name])
        if stale and (event_file.is_stopping(self.settings.run) or not self.may_judge()):
            stale = ()
        if stale:
            log.error("service.stale", what=",".join(stale), fix="systemd restarts the service")
        return ServiceReport(self.line(serving, full), stale, serving >= self.settings.posts)

    def try_store(self) -> bool:
        """Whether the store takes a write; False where the disk is full. Each report passes the
        gate and locks out other writers; a row is written once a minute, or where the disk may be
        full: a commit wakes every idle worker, and an idle disk stays idle."""
        now = clock.now()
        doubtful = disk.free(self.settings.home) < SCARCE
        try:
            with self.db.write(quiet=True):
                if doubtful or now.boot >= self.next_beat:
                    runtime_settings.write(self.db, BEAT_ROW, "1", now=now, quiet=True)
                    self.next_beat = now.boot + BEAT_INTERVAL
        except StoreFull:
            self.next_beat = 0.0
            return False
        return True

    def serving(self) -> int:
        """The workers of this machine that serve and renewed their leases lately: they do so
        between two claims."""
        now, present = clock.now(), workers.present(self.db)
        return sum(one.here and readiness.serves(one, now) for one in present)

    def hears_telegram(self) -> bool:
        """Whether the latest round trip is young enough."""
        at = round_trips.latest(self.db)
        return at is not None and clock.now().boot - at < readiness.TRIP_LIFE

    def line(self, serving: int, full: bool) -> str:
        """`2/2 workers, 3 running, 0 waiting, backup 12 min ago`."""
        jobs = under_way(self.db)
        words = [f"{serving}/{self.settings.posts} workers"]
        words += [f"{jobs[State.LEASED.name.lower()]} running"]
        words += [f"{jobs[State.QUEUED.name.lower()] + jobs['waiting']} waiting", self.backup()]
        words += ["DISK FULL"] if full else []
        words += ["Telegram cannot be reached"] if round_trips.is_away(self.db) else []
        return ", ".join(words)

    def backup(self) -> str:
        """How old the newest verified backup is, in words."""
        if machine := backup_store.elsewhere(self.settings):
            return f"backups on {machine}"
        try:
            newest = backup_store.newest_ok(self.settings.backup_folder)
        except OSError:
            return "BACKUPS OUT OF REACH"
        if newest is None:
            return "no backup yet" if self.settings.backup_interval else "backups off"
        return f"backup {durations.spell(max(0.0, clock.now().wall - newest.taken_at))} ago"
