"""Alerts of figures, whose ends are shown nowhere else: each begins by its cause, goes out to the
webhook, and is over when the cause is gone."""

import os
import signal
import socketserver
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import codec
from procs.core.clock import Now
from procs.core.files import event_file
from procs.core.files.event_file import STATES
from procs.errors import alert_kinds
from procs.store.database import Database
from procs.store.health import round_trips, runtime_settings, workers
from tests.unit.keeper.monitor.conftest import Hook, served
from tests.unit.keeper.monitor.test_monitor import Watch
from tests.unit.keeper.monitor.tls_files import certificate

DAY = 86400.0


@pytest.fixture
def settings(short_home: Path, hook: Hook) -> Settings:
    environ = {
        "CHAPAR_HOME": str(short_home),
        "CHAPAR_WORKERS": "1",
        "CHAPAR_BACKUP_INTERVAL": "1m",
        "CHAPAR_BACKUP_COMMAND": f'cp "$CHAPAR_BACKUP_FILE" {short_home}/away/',
        "CHAPAR_ALERT_WEBHOOK": hook.url,
    }
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def watch(db: Database, settings: Settings) -> Watch:
    return Watch(db, settings)


def told(hook: Hook, kind: str) -> list[str]:
    return [one["state"] for body in hook.bodies for one in body["alerts"] if one["kind"] == kind]


def test_missing_workers_are_over_when_all_serve(watch: Watch, hook: Hook) -> None:
    watch.looks_for(90)
    began = told(hook, alert_kinds.WORKERS_DOWN)
    worker = workers.enter(watch.db, "w00-1", now=watch.now)
    workers.serve(watch.db, worker, slot=0, now=watch.now)

    early = "workers-down" in watch.looks_for(240).rows()

    watch.looks_for(120)
    assert (began, early) == (["new"], True)
    assert told(hook, "workers-down") == ["new", "over"]
    assert "workers-down" not in watch.rows()


def test_a_worker_that_a_signal_stopped_is_missing_too(watch: Watch, hook: Hook) -> None:
    worker = workers.enter(watch.db, "w00-1", now=watch.now)
    workers.serve(watch.db, worker, slot=0, now=watch.now)
    with subprocess.Popen(["sleep", "60"]) as process:
        facts = {"pid": process.pid, "started": workers.start_of(process.pid)}
        with watch.db.write():
            watch.db.change("UPDATE workers SET pid = :pid, started = :started", facts)
        watch.looks_for(90)
        before = told(hook, "workers-down")
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)

        watch.looks_for(90)
        process.kill()

    assert (before, told(hook, "workers-down")) == ([], ["new"])


def test_a_storm_of_restarts_is_over_after_five_quiet_minutes(watch: Watch, hook: Hook) -> None:
    for _ in range(6):
        event_file.append(watch.settings.run / STATES, "worker-00", "died")
    watch.looks_for(40)

    watch.looks_for(420)

    assert told(hook, alert_kinds.RESTART_STORM) == ["new", "over"]


def test_a_database_that_was_taken_away_is_told_until_it_is_back(
    watch: Watch, hook: Hook, settings: Settings
) -> None:
    live, aside = settings.home / "chapar.db", settings.home / "aside.db"
    live.rename(aside)
    watch.looks_for(60)
    began = told(hook, alert_kinds.DATABASE_UNUSABLE)
    aside.rename(live)

    watch.looks_for(120)

    assert began == ["new"]
    assert told(hook, alert_kinds.DATABASE_UNUSABLE) == ["new", "over"]
    assert alert_kinds.DATABASE_UNUSABLE not in watch.rows()


@pytest.mark.parametrize("ends", ["away", "silent"])
def test_a_bot_that_hears_nothing_of_telegram_is_told_until_it_does(
    watch: Watch, hook: Hook, ends: str
) -> None:
    def trip(result: str) -> None:
        round_trips.note(watch.db, result, now=watch.now)

    watch.looks_for(5)
    trip("answered")
    for _ in range(12):
        watch.looks_for(25)
        if ends == "away":
            trip("away")
    early = told(hook, alert_kinds.DEAF_BOT)
    for _ in range(8):
        watch.looks_for(25)
        if ends == "away":
            trip("away")
    began = told(hook, alert_kinds.DEAF_BOT)

    for _ in range(4):
        trip("answered")
        watch.looks_for(25)

    assert (early, began) == ([], ["new"])
    assert told(hook, alert_kinds.DEAF_BOT) == ["new", "over"]


def test_where_no_bot_has_asked_since_the_start_none_is_missed(watch: Watch, hook: Hook) -> None:
    round_trips.note(watch.db, "answered", now=Now(watch.now.wall, watch.now.boot - 600))

    watch.looks_for(900)

    assert told(hook, alert_kinds.DEAF_BOT) == []


def test_a_clock_that_was_off_is_over_when_it_was_right_for_minutes(
    watch: Watch, hook: Hook
) -> None:
    def off(seconds: float) -> None:
        text = codec.dump(seconds)
        runtime_settings.write(watch.db, runtime_settings.SKEW, text, now=watch.now)

    off(-40.0)
    watch.looks_for(120)
    off(4.0)
    watch.looks_for(240)
    still = told(hook, alert_kinds.CLOCK)

    watch.looks_for(120)

    assert (still, told(hook, alert_kinds.CLOCK)) == (["new"], ["new", "over"])


def test_a_disk_that_stopped_to_fill_is_no_longer_forecast_to_be_full(
    watch: Watch, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 600
    monkeypatch.setattr("procs.core.disk.whole", lambda folder: 1000)
    monkeypatch.setattr("procs.core.disk.free", lambda folder: free)
    for _ in range(25):
        free -= 10
        watch.looks_for(55)
    began = told(hook, alert_kinds.DISK_FORECAST)

    for _ in range(75):
        watch.looks_for(55)

    assert (began, told(hook, alert_kinds.DISK_FORECAST)) == (["new"], ["new", "over"])
    assert told(hook, alert_kinds.DISK_SHARE) == []


# --- certificates ----------------------------------------------------------------------------


class Renewed(socketserver.ThreadingTCPServer):
    """Shakes hands with the certificate that it has at the moment."""

    daemon_threads = True
    tls: ssl.SSLContext


class Handshake(socketserver.BaseRequestHandler):
    server: Renewed

    def handle(self) -> None:
        try:
            self.server.tls.wrap_socket(self.request, server_side=True).close()
        except OSError:
            return  # the other side does not believe it


@pytest.fixture
def server() -> Iterator[Renewed]:
    yield from served(Renewed(("127.0.0.1", 0), Handshake))


def test_a_certificate_that_ends_soon_is_told_until_it_was_renewed(
    db: Database,
    settings: Settings,
    hook: Hook,
    server: Renewed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def certified(days: float) -> None:
        ends = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY))
        server.tls = certificate(tmp_path / str(days), ends=ends)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / str(days) / "cert.pem"))

    certified(5)
    address = f"https://127.0.0.1:{server.server_address[1]}/"
    watch = Watch(db, replace(settings, heartbeat_url=address))
    watch.looks_for(40)
    began = told(hook, "certificate-ending")
    certified(60)
    watch.monitor.queue.next_certificates = 0.0  # six hours later

    watch.looks_for(40)

    assert (began, told(hook, "certificate-ending")) == (["new"], ["new", "over"])
