"""The monitor: what it sees on a real home, what it tells, and that a kill repeats nothing."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.core.files import event_file
from procs.core.files.event_file import LOCKS, STATES
from procs.errors import alert_kinds
from procs.keeper.monitor import alert_file
from procs.keeper.monitor.alert_watch import Monitor
from procs.keeper.monitor.chat_alerts import ChatAlerts
from procs.keeper.outside.outside_message import ToldAlert
from procs.store.database import Database
from procs.store.health import alerts, notifications, workers
from tests.unit.keeper.monitor.conftest import Hook

STEP = 5.0


class Watch:
    """A monitor whose clock moves only when told; it looks every five seconds."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db, self.settings = db, settings
        self.now = clock.now()
        self.starts()

    def starts(self) -> None:
        """Anew, as after a kill."""
        self.monitor = Monitor(self.db, self.settings, lambda: self.now.boot)

    def looks_for(self, seconds: float) -> "Watch":
        for _ in range(int(seconds / STEP) + 1):
            self.now = Now(self.now.wall + STEP, self.now.boot + STEP)
            self.monitor.look(self.now)
            if self.monitor.chat.thread:
                self.monitor.chat.thread.join()
        return self

    def rows(self) -> list[str]:
        return sorted(one.kind for one in alerts.standing(self.db))


@pytest.fixture
def settings(short_home: Path, hook: Hook) -> Settings:
    environ = {
        "CHAPAR_HOME": str(short_home),
        "CHAPAR_WORKERS": "2",
        "CHAPAR_BACKUP_INTERVAL": "off",
        "CHAPAR_ALERT_WEBHOOK": hook.url,
    }
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def watch(db: Database, settings: Settings) -> Watch:
    """On a machine whose own disk and memory are none of the test's business."""
    watch = Watch(db, settings)
    return watch


def kinds(hook: Hook, state: str) -> list[str]:
    found = [one["kind"] for body in hook.bodies for one in body["alerts"] if one["state"] == state]
    return [kind for kind in found if not kind.startswith(("disk-", "memory-"))]


def test_missing_workers_are_told_once_to_the_webhook_the_chat_and_the_metrics(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    early = watch.looks_for(25).rows()

    watch.looks_for(120)

    assert alert_kinds.WORKERS_DOWN not in early
    assert kinds(hook, "new") == [alert_kinds.WORKERS_DOWN]
    assert alert_kinds.WORKERS_DOWN in watch.rows()
    assert alert_kinds.WORKERS_DOWN in alert_file.standing(settings)


def test_a_restart_of_the_monitor_tells_nothing_again(watch: Watch, hook: Hook) -> None:
    for _ in range(12):
        watch.looks_for(STEP)
        watch.starts()

    assert watch.rows() == [] or kinds(hook, "new") == [alert_kinds.WORKERS_DOWN]
    watch.looks_for(120).starts()
    watch.looks_for(600)

    assert kinds(hook, "new") == [alert_kinds.WORKERS_DOWN]


def test_while_everything_is_stopped_nobody_is_told_that_workers_are_missing(
    watch: Watch, hook: Hook
) -> None:
    event_file.append(watch.settings.run / STATES, event_file.SERVICE, event_file.STOPS)
    watch.looks_for(120)
    stopped = kinds(hook, "new")
    event_file.append(watch.settings.run / STATES, event_file.SERVICE, event_file.RUNS)

    watch.looks_for(120)

    assert (stopped, kinds(hook, "new")) == ([], [alert_kinds.WORKERS_DOWN])


def test_the_time_between_a_stop_and_a_start_begins_no_alert(watch: Watch, hook: Hook) -> None:
    for _ in range(4):
        watch.looks_for(15)
        watch.now = Now(watch.now.wall + 60, watch.now.boot + 60)
        watch.starts()

    assert (kinds(hook, "new"), watch.rows()) == ([], [])


def test_what_goes_on_is_told_again_after_four_hours(watch: Watch, hook: Hook) -> None:
    watch.looks_for(120)
    watch.now = Now(watch.now.wall + 4 * 3600 - 120, watch.now.boot + 4 * 3600 - 120)
    before = kinds(hook, "again")

    watch.looks_for(180)

    assert (before, kinds(hook, "again")) == ([], [alert_kinds.WORKERS_DOWN])


def test_what_goes_on_is_told_again_as_it_is_by_then(watch: Watch, hook: Hook) -> None:
    watch.looks_for(120)
    worker = workers.enter(watch.db, "w00-1", now=watch.now)
    workers.serve(watch.db, worker, slot=0, now=watch.now)
    watch.now = Now(watch.now.wall + 4 * 3600, watch.now.boot + 4 * 3600)

    watch.looks_for(60)

    said = [
        one["detail"]
        for body in hook.bodies
        for one in body["alerts"]
        if one["kind"] == alert_kinds.WORKERS_DOWN
    ]
    assert said == ["0 of 2 serve", "1 of 2 serve"]


def test_the_chat_repeats_what_goes_on_as_it_is_by_then(watch: Watch) -> None:
    watch.looks_for(120)
    notifications.plan(watch.db, [1], now=watch.now)
    worker = workers.enter(watch.db, "w00-1", now=watch.now)
    workers.serve(watch.db, worker, slot=0, now=watch.now)
    watch.now = Now(watch.now.wall + 4 * 3600, watch.now.boot + 4 * 3600)

    watch.looks_for(60)

    notifications.plan(watch.db, [1], now=watch.now)
    told = [one for notice in notifications.unsent(watch.db) for one in notice.body]
    said = [(a["word"], a["detail"]) for a in told if a["kind"] == alert_kinds.WORKERS_DOWN]
    assert said == [("new", "0 of 2 serve"), ("again", "1 of 2 serve")]


def test_a_figure_that_changes_with_each_look_is_written_for_the_chat_once_a_minute(
    watch: Watch, db: Database
) -> None:
    said = {alert_kinds.MEMORY: ToldAlert(alert_kinds.MEMORY, "", 0.0, 0.0, "81 %")}
    chat = ChatAlerts(db)
    seen = []
    for second in range(0, 65, 5):
        detail = f"{81 + second / 10} %"
        chat.bring(
            {key: replace(one, detail=detail) for key, one in said.items()},
            now=Now(second, second),
        )
        assert chat.thread is not None
        chat.thread.join()
        seen += [alerts.standing(db)[0]]

    assert {one.detail for one in seen} == {"81.0 %", "87.0 %"}
    assert {one.count for one in seen} == {1}


def test_what_begins_within_half_a_minute_is_one_message(watch: Watch, hook: Hook) -> None:
    watch.looks_for(30)
    for _ in range(6):
        event_file.append(watch.settings.run / STATES, "worker-00", "died")
    watch.looks_for(10)
    event_file.append(watch.settings.run / LOCKS, "error")

    watch.looks_for(60)

    assert len(hook.bodies) == 1
    told = {one["kind"] for one in hook.bodies[0]["alerts"]}
    assert told >= {"workers-down", "restart-storm", "database-locked"}
    assert hook.bodies[0]["status"] == "firing"


def test_the_end_is_told_once_and_clears_the_row(watch: Watch, hook: Hook) -> None:
    event_file.append(watch.settings.run / LOCKS, "error")
    watch.looks_for(60)
    began = kinds(hook, "new")

    watch.looks_for(20 * 60)

    assert "database-locked" in began
    assert kinds(hook, "over") == ["database-locked"]
    assert "database-locked" not in watch.rows()


def test_a_process_that_was_given_up_is_told_until_it_runs(watch: Watch, hook: Hook) -> None:
    event_file.append(watch.settings.run / STATES, "bot", "FATAL")
    watch.looks_for(60)
    body = next(b for b in hook.bodies for a in b["alerts"] if a["kind"] == "process-down")
    event_file.append(watch.settings.run / STATES, "bot", "RUNNING")

    watch.looks_for(400)

    assert next(a for a in body["alerts"] if a["kind"] == "process-down")["detail"] == "bot"
    assert "process-down" in kinds(hook, "over")


def test_it_tells_while_the_database_is_locked_and_the_chat_hears_afterwards(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    locker = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
    locker.execute("BEGIN IMMEDIATE")
    monitor = watch.monitor
    for _ in range(20):
        watch.now = Now(watch.now.wall + STEP, watch.now.boot + STEP)
        monitor.look(watch.now)
    told, rows = kinds(hook, "new"), watch.rows()
    locker.rollback()
    locker.close()
    assert monitor.chat.thread is not None
    monitor.chat.thread.join()

    assert (told, rows) == (["workers-down"], [])
    assert "workers-down" in watch.looks_for(STEP).rows()


def test_what_processes_noted_themselves_goes_out_too_and_is_over_when_they_clear_it(
    watch: Watch, hook: Hook
) -> None:
    now = clock.now()
    alerts.note(watch.db, alert_kinds.EGRESS_OPEN, "host", now=now, lasts=True, detail="a canary")
    watch.looks_for(60)
    alerts.clear(watch.db, (alert_kinds.EGRESS_OPEN,), "host", now=now)

    watch.looks_for(60)

    assert alert_kinds.EGRESS_OPEN in kinds(hook, "new")
    assert kinds(hook, "over") == [alert_kinds.EGRESS_OPEN]


def test_a_webhook_that_fails_gets_each_message_later_once_and_in_order(
    watch: Watch, hook: Hook
) -> None:
    hook.status = 503
    watch.looks_for(90)
    event_file.append(watch.settings.run / LOCKS, "error")
    watch.looks_for(60)
    hook.bodies.clear()
    hook.status = 200
    watch.starts()  # a kill loses nothing of what waits

    watch.looks_for(60)

    assert len({body["id"] for body in hook.bodies}) == len(hook.bodies) == 2
    assert kinds(hook, "new") == ["workers-down", "database-locked"]


TOLD = b'{"states": {}, "messages": [], "told": {"a": {"kind": "", "subject": "", "began": "x"}}}'
SENT = b'{"states": {}, "told": {}, "messages": [{"id": "", "at": 0, "alerts": [%s]}]}'
DAMAGES = (
    *(b"", b"{", b"[]", b'{"boot": 1, "states": [], "told": {}, "messages": 0}'),
    *(TOLD.replace(b'"x"', b'0, "told_at": "x"'), SENT % b"", SENT % b"1", SENT % b"{}"),
)


def test_a_damaged_record_is_begun_anew(watch: Watch, settings: Settings) -> None:
    path = alert_file.path_of(settings)
    for damage in DAMAGES:
        path.write_bytes(damage)
        watch.starts()
        watch.looks_for(60)

    assert "workers-down" in watch.rows()


def test_a_folder_of_backups_that_cannot_be_read_counts_as_no_backup(
    watch: Watch, settings: Settings
) -> None:
    texts = {"CHAPAR_HOME": str(settings.home), "CHAPAR_BACKUP_INTERVAL": "1m"}
    watch.settings = config.load(texts, env_file=Path("/dev/null"), need_telegram=False)
    watch.settings.backup_folder.symlink_to(watch.settings.backup_folder)  # a loop
    watch.starts()

    assert "backup-missing" in watch.looks_for(300).rows()
