"""What the service manager hears from supervisord, at a real socket."""

import os
import socket
from contextlib import suppress

import pytest

from daemon.supervisor.service_manager import ServiceManager
from daemon.supervisor.supervisord import FIRST_REPORT, READY_LATEST, ServiceVoice
from procs.keeper.metrics import service_report
from procs.keeper.metrics.service_report import ServiceReport

SERVES = ServiceReport("2/2 workers, 0 running, 0 waiting, no backup yet", (), True)
STALE = ServiceReport("0/2 workers, 0 running, 0 waiting, no backup yet", ("claims",), False)


class Manager:
    """systemd's end of the socket."""

    def __init__(self, path):
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(str(path))
        self.line.setblocking(False)

    def heard(self):
        said = []
        with suppress(BlockingIOError):
            while True:
                said += self.line.recv(4096).decode().splitlines()
        return said


@pytest.fixture
def manager(short_home):
    one = Manager(short_home / "notify")
    yield one
    one.line.close()


@pytest.fixture
def voice(short_home, manager):
    (short_home / "run").mkdir(exist_ok=True)
    environ = {"NOTIFY_SOCKET": str(short_home / "notify"), "WATCHDOG_USEC": "20", "PATH": "/bin"}
    one = ServiceVoice(ServiceManager(environ), short_home / "run")
    assert environ == {"PATH": "/bin"}  # what it starts does not speak for the service
    return one


def test_it_is_ready_when_the_workers_serve(voice, manager):
    voice.tick()
    assert "READY=1" not in manager.heard()
    service_report.write(voice.run, SERVES)
    voice.tick()
    assert manager.heard() == [f"STATUS={SERVES.line}", "READY=1", "WATCHDOG=1"]
    voice.tick()
    assert "READY=1" not in manager.heard()


def test_it_is_ready_after_a_minute_although_telegram_lets_nobody_in(voice, manager):
    voice.began -= READY_LATEST + 1
    service_report.write(voice.run, ServiceReport("1/2 workers", (), False))
    voice.tick()
    assert "READY=1" in manager.heard()


@pytest.mark.parametrize("report", [STALE, None])
def test_the_watchdog_is_not_fed_when_something_is_stale_or_the_keeper_is_silent(
    voice, manager, report
):
    service_report.write(voice.run, SERVES)
    voice.tick()
    voice.began -= FIRST_REPORT + 1
    manager.heard()
    if report:
        service_report.write(voice.run, report)
    else:
        os.unlink(voice.run / service_report.REPORT_NAME)
    voice.tick()
    assert "WATCHDOG=1" not in manager.heard()


def test_without_a_manager_nothing_is_said(short_home):
    (short_home / "run").mkdir(exist_ok=True)
    ServiceVoice(ServiceManager({}), short_home / "run").tick()
