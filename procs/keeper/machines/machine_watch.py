"""Tells the others that this machine is there, and looks after what one leaves that is gone."""

from importlib.metadata import version

from procs.config import Settings
from procs.core import clock, log
from procs.errors import StoreError, alert_kinds
from procs.keeper.machines.renewal_time import RenewalTime
from procs.store import wake
from procs.store.admins import admin_orders
from procs.store.database import Database
from procs.store.health import alerts, low_disks, workers
from procs.store.machines import database_clock, machine_rows
from procs.store.machines.machine_rows import GONE_AFTER, Machine

#: Alerts about a machine that its own keeper would end, and notes anew when it is back.
FIGURES = alert_kinds.JUDGED_ALERTS | {alert_kinds.LOW}


class MachineWatch:
    """One keeper's, where machines share a database."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.version = version("chapar-bot")
        self.renewal = RenewalTime()

    def beat(self) -> None:
        """Write that this machine is there, by the clock that the server has now: with each beat it
        tells it."""
        if not self.settings.has_server:
            return
        self.write_row()
        if database_clock.follow_told(self.db):
            self.renewal.begin()
            self.write_row()
        self.renewal.note_beat()

    def write_row(self) -> None:
        """Write this machine's row."""
        settings = self.settings
        machine_rows.beat(
            self.db,
            settings.machine,
            boot=clock.boot_id(),
            home=str(settings.home),
            roles=",".join(settings.roles),
            slots=settings.posts,
            version=self.version,
            now=clock.now(),
        )

    def may_judge(self) -> bool:
        """Whether leases, workers and machines may be counted as gone by their rows."""
        return not self.settings.has_server or self.renewal.is_over()

    def may_judge_now(self) -> bool:
        """The same by the clock that the server has now: where that was set back, whoever followed
        it before us writes rows that look old by the one of before. Raises StoreError."""
        if self.settings.has_server and database_clock.follow(self.db):
            self.renewal.begin()
        return self.may_judge()

    def judge(self) -> None:
        """Raise and clear the alerts about lost machines, and free the jobs of those that are gone,
        where this machine looks after the common rows."""
        if not self.settings.has_server or "keeper" not in self.settings.roles:
            return
        if not self.may_judge_now():
            return
        now = clock.now()
        machines = machine_rows.listed(self.db)
        standing = alerts.standing(self.db)
        told = {one.subject for one in standing if one.kind == alert_kinds.MACHINE_LOST}
        for one in machines:
            if one.is_gone(now):
                self.forget(one, told)
                over = [it.kind for it in standing if it.subject == one.name and it.kind in FIGURES]
                alerts.clear(self.db, over, one.name, now=now)
        there = {one.name for one in machines if one.is_lost(now)}
        for name in sorted(told - there):  # it came back, was stopped, or is shown no longer
            alerts.clear(self.db, (alert_kinds.MACHINE_LOST,), name, now=now)
            log.info("machine.back", machine=name)
        if orders := admin_orders.lose(self.db, since=now.boot - GONE_AFTER, now=now):
            log.warning("orders.not-done", orders=orders)
        if freed := machine_rows.unbind(self.db, now=now):
            log.info("jobs.begin-anew", jobs=freed)
            wake.notify_idle(self.db.run, freed)

    def forget(self, one: Machine, told: set[str]) -> None:
        """Take the workers of a machine for gone, and its disk for no one's any more; tell admins
        once, unless it was stopped."""
        now = clock.now()
        workers.forget_machine(self.db, one.name, since=now.boot - GONE_AFTER, now=now)
        if one.name in low_disks.low(self.db):  # it notes its disk anew when it is back
            low_disks.note_enough(self.db, one.name)
        if one.is_lost(now) and one.name not in told:
            silent = f"{now.boot - max(one.beat_at, one.worked_at):.0f} s"
            log.error("machine.lost", machine=one.name, silent=silent)
            alerts.note(
                self.db, alert_kinds.MACHINE_LOST, one.name, now=now, lasts=True, detail=silent
            )
            wake.notify(self.db.run, wake.BOT)

    def leave(self) -> None:
        """This machine is stopped on purpose."""
        if not self.settings.has_server:
            return
        try:
            machine_rows.leave(self.db, self.settings.machine, now=clock.now())
        except StoreError as error:  # it will be taken for lost, which it is for the others
            log.warning("machine.not-left", error=error)
