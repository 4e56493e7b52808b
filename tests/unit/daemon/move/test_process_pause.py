"""A pause below a real supervisord, whose processes are scripts: whatever ends it, they run."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.command_error import NotUp, Refusal
from daemon.commands import launch
from daemon.move import process_pause
from daemon.move.process_pause import paused
from daemon.supervisor.control import Supervisor
from procs import config
from procs.config import Settings
from procs.core import clock

#: Seconds: far beyond any wait for what happens at once.
PATIENCE = 60.0
CONF = """
[supervisord]
nodaemon=true
logfile={home}/logs/supervisord.log
pidfile={home}/run/supervisord.pid
[unix_http_server]
file={home}/run/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:worker]
command=bash {home}/worker
process_name=worker-%(process_num)02d
numprocs=2
autorestart=true
startsecs=1
stopwaitsecs=60
[program:keeper]
command=sleep inf
autorestart=true
startsecs=1
"""
#: A worker that ends at INT alone, unless a file says that it has still to do.
WORKER = """
echo $$ >>{home}/starts
leave() {{ while [ -e {home}/busy ]; do sleep 0.05; done; exit 0; }}
trap leave INT
trap '' TERM
while true; do sleep 0.05; done
"""
MOVER = """
import sys
from daemon.move.process_pause import paused
from procs import config
with paused(config.load(need_telegram=False), print):
    print("in the pause", flush=True)
    sys.stdin.read()
"""


def until(true: Callable[[], object]) -> None:
    end, never = clock.steady() + PATIENCE, threading.Event()
    while not true():
        assert clock.steady() < end
        never.wait(0.02)


class Home:
    """A home with a supervisord and three processes."""

    def __init__(self, home: Path, settings: Settings) -> None:
        self.home, self.settings = home, settings
        self.supervisor = Supervisor(home / "run")

    def states(self) -> set[str]:
        return {one.state for one in self.supervisor.processes()}

    def run(self) -> bool:
        try:
            return self.states() == {"RUNNING"}
        except NotUp:
            return False

    def starts(self) -> int:
        return len((self.home / "starts").read_text().splitlines())


@pytest.fixture
def settings(short_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    return config.load(need_telegram=False)


@pytest.fixture
def stack(short_home: Path, settings: Settings) -> Iterator[Home]:
    for folder in (settings.logs, settings.sessions):
        folder.mkdir()
    for name, text in (("conf", CONF), ("worker", WORKER)):
        (short_home / name).write_text(text.format(home=short_home))
    words = [sys.executable, "-m", "daemon.supervisor.supervisord", "-n", "-c", short_home / "conf"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as daemon:
        one = Home(short_home, settings)
        until(one.run)
        yield one
        (short_home / "busy").unlink(missing_ok=True)
        process_pause.stop_all(one.supervisor)
        daemon.terminate()


def test_no_worker_is_started_anew_while_all_stop(stack: Home) -> None:
    """One such served on the database before, for as long as the pause was."""
    began, said = clock.steady(), list[str]()
    with paused(stack.settings, said.append):
        assert stack.states() == {"STOPPED"}
        assert stack.starts() == 2

    assert (stack.run(), stack.starts()) == (True, 4)
    assert clock.steady() - began < PATIENCE / 2
    assert [line.split(",")[0] for line in said] == ["stopped: 3 processes", "they run again"]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_what_still_stops_when_the_command_ends_runs_again(
    stack: Home, signum: signal.Signals
) -> None:
    (stack.home / "busy").touch()
    mover = subprocess.Popen([sys.executable, "-c", MOVER], stdin=subprocess.PIPE)
    until(lambda: stack.states() == {"STOPPING", "STOPPED"})
    mover.send_signal(signum)
    until(lambda: signum == signal.SIGINT or mover.poll() is not None)
    (stack.home / "busy").unlink()

    until(lambda: stack.run() and stack.starts() == 4)
    assert mover.wait(PATIENCE) != 0
    until(lambda: not process_pause.stopped(stack.settings.run))


def test_what_could_not_be_started_is_known_to_the_next_attempt(
    stack: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def fails() -> None:
        with paused(stack.settings, said.append):
            monkeypatch.setenv("CHAPAR_WORKERS", "many")
            raise Refusal("nothing was switched")

    with pytest.raises(Refusal, match="nothing was switched; and CHAPAR_WORKERS"):
        fails()
    assert stack.states() == {"STOPPED"}
    assert not any("run again" in line for line in said)
    monkeypatch.delenv("CHAPAR_WORKERS")

    with paused(stack.settings, said.append):
        pass

    assert stack.run()


def test_nothing_starts_in_the_pause_of_a_move_while_chapar_is_stopped(settings: Settings) -> None:
    with paused(settings, print), pytest.raises(Refusal, match="already runs"):
        launch.hold(settings)
    os.close(launch.hold(settings))
