"""Judges the figures every few seconds, and tells what changed.

It has a thread and a connection of its own, because the keeper itself may wait at a locked
database: just then somebody must be told.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from procs.config import Settings
from procs.core import clock, log
from procs.core.clock import Now
from procs.core.files import event_file
from procs.errors import StoreError, remedies
from procs.keeper.monitor import alert_file, alert_states
from procs.keeper.monitor.alert_rules import COMMON_KINDS, RULED_KINDS, RULES
from procs.keeper.monitor.alert_states import STANDS, AlertState
from procs.keeper.monitor.chat_alerts import ChatAlerts
from procs.keeper.monitor.machine_gauges import Gauge, MachineGauges
from procs.keeper.monitor.store_gauges import StoreGauges
from procs.keeper.outside import outside_channels, outside_message
from procs.keeper.outside.channel_queue import ChannelQueue
from procs.keeper.outside.heartbeat import Heartbeat
from procs.keeper.outside.outside_message import GATHERED, ToldAlert
from procs.store.database import Database

#: Seconds between two looks.
ALERT_LOOK = 5.0


class AlertWatch(threading.Thread):
    """Watches until it is sent away. `turned` says when the keeper's loop turned last, on the boot
    clock."""

    def __init__(self, db: Database, settings: Settings, turned: Callable[[], float]) -> None:
        super().__init__(name="monitor", daemon=True)
        self.parent = db
        self.settings = settings
        self.turned = turned
        self.gone = threading.Event()

    def run(self) -> None:
        while not self.gone.is_set():
            try:
                db = self.parent.twin()
            except StoreError as error:  # lost between two starts; the figures say so meanwhile
                log.error("monitor.unstarted", error=error)
                self.gone.wait(ALERT_LOOK)
                continue
            try:
                self.watch(Monitor(db, self.settings, self.turned))
            finally:
                db.close()

    def watch(self, monitor: "Monitor") -> None:
        """Look every ALERT_LOOK seconds, until sent away."""
        while not self.gone.wait(ALERT_LOOK):
            monitor.look(clock.now())

    def leave(self) -> None:
        """End the thread."""
        self.gone.set()
        self.join()


class Monitor:
    """What is there, what was told of it, and what follows from one look."""

    def __init__(self, db: Database, settings: Settings, turned: Callable[[], float]) -> None:
        now = clock.now()
        self.settings = settings
        self.path = alert_file.path_of(settings)
        self.record = alert_file.load(self.path, now=now)
        self.machine = MachineGauges(settings, began=now.boot)
        self.store = StoreGauges(db, settings)
        self.chat = ChatAlerts(db, settings.shared_name)
        #: Whether this machine told what is common at the last look; one that is alone always does.
        self.leads = self.store.leads
        self.queue = ChannelQueue(settings)
        self.heartbeat = Heartbeat(db, settings, turned)
        #: What processes noted themselves, as it was read last.
        self.others: dict[str, ToldAlert] = {
            key: one for key, one in self.record.told.items() if one.kind not in RULED_KINDS
        }
        #: What was found last of each kind while it went on.
        self.said: dict[str, str] = {}
        #: The boot instant since which changes wait to be told.
        self.waits_since: float | None = None
        self.is_saved = True
        #: What could not be read, as it was logged last.
        self.unread = ""

    def look(self, now: Now) -> None:
        """One look: judge, tell, keep. Figures of a service that is being stopped say nothing."""
        gauges = self.read(now)
        before = dict(self.record.states)
        self.take_over(now)
        if not event_file.is_stopping(self.settings.run):
            self.judge(gauges, now)
        told = self.tell(now)
        self.chat.rows, self.chat.leads = self.store.noted, self.store.leads
        self.chat.bring(self.told_now(), now=now)
        if before != self.record.states or told or not self.is_saved:
            self.save()  # before it is sent: after a kill it goes out again under the same id
        if self.queue.send(self.record.messages, now):
            self.save()
        self.heartbeat.beat(now)

    def take_over(self, now: Now) -> None:
        """Where this machine begins to tell the chat what all find alike, go on with what another
        one told, until it is seen to end."""
        if self.store.leads and not self.leads:
            for one in self.store.noted or ():
                if one.kind in COMMON_KINDS and one.kind not in self.record.states:
                    state = AlertState(one.kind, "", STANDS, now.boot, one.first_at, one.detail)
                    self.record.states[one.kind] = state
                    told = ToldAlert(one.kind, "", one.first_at, now.wall, one.detail)
                    self.record.told.setdefault(told.key, told)
        self.leads = self.store.leads

    def read(self, now: Now) -> dict[str, Gauge]:
        """All figures; those of a source that cannot be read are unknown until it can."""
        found: dict[str, Gauge] = {}
        for source in (self.machine.read, self.store.read, self.queue.gauges):
            try:
                found |= source(now)
            except OSError as error:
                if self.unread != str(error):
                    self.unread = str(error)
                    log.error("monitor.unread", error=error)
        return found

    def save(self) -> None:
        """Write the file, and note whether that worked."""
        self.is_saved = alert_file.save(self.path, self.record)

    def judge(self, gauges: dict[str, Gauge], now: Now) -> None:
        """Follow every rule with its gauge; a gauge that cannot be read changes nothing by
        itself."""
        for rule in RULES:
            value, detail = gauges.get(rule.gauge, (None, ""))
            if value is not None and value >= rule.clears:
                self.said[rule.kind] = detail
            state = self.record.states.get(rule.kind)
            after = alert_states.follow(state, rule, value, detail, now=now)
            if after is None:
                self.record.states.pop(rule.kind, None)
            else:
                self.record.states[rule.kind] = after

    def there(self) -> dict[str, ToldAlert]:
        """Everything that is there, by kind and subject."""
        found = self.store.others(RULED_KINDS)
        if found is not None:
            noted = [ToldAlert(a.kind, a.subject, a.first_at, 0.0, a.detail) for a in found]
            self.others = {one.key: one for one in noted}
        states = [state for state in self.record.states.values() if state.is_there]
        ours = [
            ToldAlert(s.kind, s.subject, s.began, 0.0, self.said.get(s.kind) or s.detail)
            for s in states
        ]
        return {**self.others, **{one.key: one for one in ours}}

    def told_now(self) -> dict[str, ToldAlert]:
        """What was told and is not over, with what was found of it last."""
        return {
            key: replace(one, detail=self.said.get(one.kind) or one.detail)
            for key, one in self.record.told.items()
        }

    def tell(self, now: Now) -> bool:
        """Tell what changed, gathered for a while, in one message."""
        found = outside_message.changes(self.there(), self.record.told, now=now)
        if not found:
            self.waits_since = None
            return False
        if self.waits_since is None:
            self.waits_since = now.boot
        if now.boot - self.waits_since < GATHERED:
            return False
        self.waits_since = None
        message = outside_message.tell(self.record.told, found, self.queue.channels, now=now)
        for one in message.alerts:
            note(one)
        outside_channels.journal(message)
        if message.left:
            self.record.messages.append(message)
        return True


def note(one: dict[str, str]) -> None:
    """One line of the log for each change."""
    kind, subject, detail = one["kind"], one["subject"] or None, one["detail"] or None
    if one["state"] == outside_message.OVER:
        return log.info("alert.over", kind=kind, subject=subject)
    say = log.error if one["severity"] == outside_message.CRITICAL else log.warning
    fix = remedies.of(kind)
    say(f"alert.{one['state']}", kind=kind, subject=subject, detail=detail, fix=fix)
