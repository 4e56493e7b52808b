"""The keeper's periodic tasks and their intervals."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from math import inf

from procs.config import Settings
from procs.core import clock, disk, log
from procs.core.clock import Now
from procs.core.files.rest_file import RestingView
from procs.errors import StoreAway, StoreError, StoreFull, remedies
from procs.keeper import hung_workers, sweep
from procs.keeper.backup_rounds import BackupRounds
from procs.keeper.cookie_watch import CookieWatch
from procs.keeper.disk_watch import DiskWatch
from procs.keeper.engine_updates import EngineUpdates
from procs.keeper.follow_rounds import FollowRounds
from procs.keeper.machines.machine_watch import MachineWatch
from procs.keeper.machines.restart_runner import RestartRunner
from procs.keeper.metrics.service_state import ServiceState
from procs.keeper.metrics.textfile import MetricTextfile
from procs.keeper.modes.memory_watch import MemoryWatch
from procs.keeper.modes.mode_watch import ModeWatch
from procs.keeper.monitor import alert_file
from procs.keeper.monitor.gone_subjects import GoneSubjects
from procs.keeper.order_runner import OrderRunner
from procs.keeper.server_samples import ServerSamples
from procs.store import wake
from procs.store.admins import admin_orders, audit_log, conversation_states, support_threads
from procs.store.broadcasts import recipients
from procs.store.database import Database
from procs.store.follows import sources
from procs.store.health import alerts, counters, failed_attempts, notifications
from procs.store.inline import inline_messages
from procs.store.jobs import claimable, recovery, reservations
from procs.store.limits import flood_waits, send_budget
from procs.store.machines import machine_rows, restart_orders
from procs.store.media import looks, thumbnails, uploads
from procs.store.reports import personal_data, pruner, use_sums
from procs.store.requests import buttons, heard_updates
from procs.store.searches import search_results
from procs.store.sites import breakers, link_checks, visits
from procs.store.sponsors import held_messages, sponsor_members

#: Seconds that a job, a request or a worker that is over stays in the record.
KEEP = 30 * 24 * 3600.0
#: Rows forgotten in one round: fourteen million a day, and the gate is free between two bites.
FORGET = 10_000


#: Seconds between two times of what only follows from rows, while no row changes and no instant
#: makes anything due: of what a process of this machine may have become, and of the others.
SELDOM, RARELY = 120.0, 300.0
#: Seconds by which the wall clock was set back, and not only drifted.
CLOCK_STEP = 1.0
#: Seconds after which what failed for want of a server is tried again, at most.
AWAY_AGAIN = 2.0


class PeriodicTask:
    """One piece of work and the seconds between two times of it: `at_rest` while the database is
    as it was at the last time, `every` otherwise."""

    def __init__(
        self, every: float, work: Callable[[], object], *, at_rest: float | None = None
    ) -> None:
        self.every = every
        self.view = RestingView(every if at_rest is None else at_rest)
        self.work = work
        self.next = 0.0

    def run(self, now: float, rest: int | None) -> None:
        """Do it when it is due; `rest` as of `Database`. Raises StoreError."""
        if now < self.next or self.view.holds(rest):
            return
        self.next = now + self.every
        try:
            self.work()
        except StoreError as error:
            self.view.forget()
            if isinstance(error, StoreAway):
                self.next = now + min(self.every, AWAY_AGAIN)
            raise


class Keeper:
    """All rounds over one database."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        #: The boot instant of the last round.
        self.turned = clock.now().boot
        #: What was wrong with the database, as it was logged last.
        self.unusable = ""
        #: What was wrong with a file, as it was logged last.
        self.fault = ""
        #: Kinds of jobs that were logged as unknown.
        self.left: set[str] = set()
        #: By how much the wall clock was ahead of the boot clock at the last round.
        self.wall_ahead = inf
        self.space = DiskWatch(db, settings)
        self.engines = EngineUpdates(db, settings)
        self.machines = MachineWatch(db, settings)
        self.restarts = RestartRunner(db, settings)
        self.orders = OrderRunner(db, settings, self.engines.updater, self.restarts)
        common = self.common_rounds() if "keeper" in settings.roles else ()
        self.rounds = (
            PeriodicTask(machine_rows.MACHINE_BEAT, self.machines.beat),
            PeriodicTask(5, self.machines.judge, at_rest=RARELY),
            PeriodicTask(2, self.space.watch),
            PeriodicTask(5, MemoryWatch(db).watch),
            PeriodicTask(1, self.restarts.watch, at_rest=SELDOM),
            PeriodicTask(1, self.orders.watch, at_rest=SELDOM),
            *common,
            PeriodicTask(5, self.take_back, at_rest=SELDOM),
            PeriodicTask(20, self.sweep, at_rest=RARELY),
            PeriodicTask(60, self.engines.watch, at_rest=RARELY),
            PeriodicTask(600, CookieWatch(db, settings).watch),
            PeriodicTask(600, GoneSubjects(db, settings).end),
            PeriodicTask(60, ServerSamples(db, settings).take, at_rest=RARELY),
            PeriodicTask(30, BackupRounds(db, settings).watch),
            PeriodicTask(
                15, MetricTextfile(db, settings, partial(alert_file.standing, settings)).write
            ),
            PeriodicTask(5, ServiceState(db, settings, self.machines.may_judge_now).report),
        )

    def common_rounds(self) -> Sequence[PeriodicTask]:
        """What is done for all machines that share the database, by each that has the role: the
        second one of them finds nothing left to do."""
        settings, modes = self.settings, ModeWatch(self.db, self.settings)
        return (
            PeriodicTask(5, modes.watch, at_rest=RARELY),
            PeriodicTask(1, self.bring_due, at_rest=RARELY),
            PeriodicTask(1, FollowRounds(self.db, settings).run, at_rest=RARELY),
            PeriodicTask(10, self.check_links, at_rest=RARELY),
            PeriodicTask(10, self.maintain),
            PeriodicTask(5, self.count_use, at_rest=RARELY),
            PeriodicTask(60, self.prune, at_rest=RARELY),
            PeriodicTask(10, self.note_unknown, at_rest=RARELY),
        )

    def run(self) -> None:
        """Whatever is due now."""
        self.turned = clock.now().boot
        waits = self.restarts.is_busy() or not self.machines.may_judge()
        rest = None if waits else self.db.rest()
        for one in self.rounds:
            try:
                one.run(time.monotonic(), rest)
            except StoreFull as error:
                log.error("store.full", error=error, fix=remedies.FREE_SPACE)
                self.make_room()
            except StoreError as error:
                self.note_unusable(error)
            except OSError as error:  # a disk that is full, or went away
                if self.settings.home.exists():
                    self.note_fault(error)
                else:
                    self.note_gone()

    def note_gone(self) -> None:
        """The home was moved or removed while we run: stay, so that the monitor can tell of it."""
        home = self.settings.home
        try:
            self.db.require_same()
        except StoreError as error:
            self.note_unusable(error)
        else:
            self.note_unusable(StoreError(f"{home} is gone; put it back where it was"))

    def note_unusable(self, error: StoreError) -> None:
        """Log once what is wrong with the database, and stay: the monitor tells of it."""
        if isinstance(error, StoreAway):
            self.machines.renewal.begin()
        if self.unusable != str(error):
            self.unusable = str(error)
            log.error("store.unusable", error=error)

    def note_fault(self, error: OSError) -> None:
        """Log once what a round could not do with a file; the next one tries again."""
        if self.fault != str(error):
            self.fault = str(error)
            log.error("round.failed", error=error, fix=disk.help_of(error))

    def make_room(self) -> None:
        """The database cannot be written: is it for want of room?"""
        if disk.free(self.settings.home) < self.settings.ballast_size:
            self.space.give_up_ballast()

    def bring_due(self) -> None:
        """Let jobs begin whose instant has come."""
        now = clock.now()
        self.follow_clock(now)
        due = recovery.next_due(self.db)
        if due is not None and due <= now.wall:
            wake.notify_idle(self.db.run, recovery.bring_due(self.db, now=now))

    def follow_clock(self, now: Now) -> None:
        """Correct what was written ahead of the time, at the start and after the wall clock was set
        back."""
        ahead = now.wall - now.boot
        if ahead < self.wall_ahead - CLOCK_STEP and recovery.forget_ahead(self.db, now=now):
            log.warning("clock.set-back")
        self.wall_ahead = ahead

    def check_links(self) -> None:
        """Begin the checks of the operator's own links that are due."""
        links = {site: rules.check for site, rules in self.settings.sites.sites.items()}
        link_checks.plan(self.db, links, now=clock.now())

    def take_back(self) -> None:
        """Take back the leases of dead workers and those whose time is over, and kill workers that
        hang."""
        is_judged, now = self.machines.may_judge_now(), clock.now()
        freed = recovery.release_dead(self.db, now=now)
        if is_judged:
            freed += recovery.reap(self.db, now=now)
        if freed:
            log.warning("leases.taken-back", jobs=freed)
            wake.notify_idle(self.db.run, freed)
        if is_judged:
            hung_workers.kill_hung(self.db, now=now)

    def maintain(self) -> None:
        """Have the database tidy its files, and log what that did."""
        if done := self.db.maintain():
            log.info("database.maintained", **done)

    def count_use(self) -> None:
        """Add what is over to the sums of use."""
        use_sums.fold(self.db, now=clock.now())

    def note_unknown(self) -> None:
        """Count and log, once for each kind, what only a newer version can carry."""
        for kind, count in claimable.unknown(self.db).items():
            if kind not in self.left:
                self.left.add(kind)
                counters.add(self.db, f"jobs.unknown.{kind}", count)
                log.warning("jobs.unknown", kind=kind, jobs=count, fix="finish the upgrade")

    def sweep(self) -> None:
        """Remove files that nobody owns, and reservations of disk space that ended."""
        sweep.sweep(self.db, self.settings, now=clock.now())
        reservations.prune(self.db, host=disk.host())

    def prune(self) -> None:
        """Delete the rows that nobody needs any more, of all tables."""
        now = clock.now()
        forget(self.db, before=now.wall - KEEP)
        failed_attempts.prune(self.db, before=now.wall - KEEP)
        recipients.forget(self.db, before=now.wall - KEEP)
        self.prune_budget()
        flood_waits.prune(self.db, now=now)
        breakers.prune(self.db, now=now)
        looks.prune(self.db, now=now)
        thumbnails.prune(self.db, now=now)
        search_results.prune(self.db, now=now)
        inline_messages.prune(self.db)
        sources.prune(self.db, now=now)
        uploads.prune(self.db, now=now)
        visits.prune(self.db, now=now)
        link_checks.prune(self.db, now=now)
        alerts.prune(self.db, now=now)
        notifications.prune(self.db, now=now)
        heard_updates.prune(self.db, now=now)
        buttons.prune(self.db, now=now)
        use_sums.prune(self.db, now=now)
        audit_log.prune(self.db, now=now)
        support_threads.prune(self.db, now=now)
        admin_orders.prune(self.db, now=now)
        conversation_states.prune(self.db, now=now)
        sponsor_members.prune(self.db, now=now)
        held_messages.prune(self.db, now=now)
        personal_data.proceed_all(self.db, now=now)
        machine_rows.prune(self.db, now=now)
        restart_orders.prune(self.db, now=now)

    def prune_budget(self) -> None:
        """By the time at which the gate was passed: beside an older one, what others spent while
        the keeper waited there looks like a row of an earlier boot."""
        with self.db.write():
            send_budget.prune(self.db, now=clock.now())


def forget(db: Database, *, before: float, most: int = FORGET) -> int:
    """Delete old rows until there are none, or `most` are deleted: the next run continues."""
    forgotten = 0
    for bite in pruner.bites(db, before=before):
        forgotten += bite
        if forgotten >= most:
            break
    return forgotten
