"""What wakes supervisord between two of its looks."""

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervisor import events

from daemon.supervisor.service_manager import ServiceManager
from daemon.supervisor.supervisord import ServiceVoice, SupervisordOptions, WakePipe

#: Seconds: far beyond any wait for what has happened already.
PATIENCE = 10.0
#: What supervisord takes note of.
NOTED = [getattr(signal, f"SIG{name}") for name in ("TERM", "INT", "QUIT", "HUP", "CHLD", "USR2")]


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[WakePipe]:
    """A bell hung where supervisord hangs it, beside its signals."""
    before = {number: signal.getsignal(number) for number in NOTED}
    voice = ServiceVoice(ServiceManager({}), tmp_path)
    options = SupervisordOptions(voice, tmp_path)
    options.setsignals()
    assert options.bell
    yield options.bell
    options.bell.take_down()
    events.clear()
    for number, handler in before.items():
        signal.signal(number, handler)


def rings(bell: WakePipe, patience: float = 0.0) -> bool:
    return bool(select.select([bell], [], [], patience)[0])


def test_a_childs_death_ends_the_wait(bell: WakePipe) -> None:
    assert not rings(bell)
    with subprocess.Popen(["true"]):
        assert rings(bell, PATIENCE)


def test_a_change_of_state_is_acted_on_without_a_wait(bell: WakePipe) -> None:
    events.notify(events.ProcessStateEvent(None, None))
    assert rings(bell)
    bell.handle_read()
    assert not rings(bell)


def test_a_bell_that_nobody_hears_stays_usable(bell: WakePipe) -> None:
    for _ in range(100_000):
        bell.ring()
    while rings(bell):
        bell.handle_read()
    os.kill(os.getpid(), signal.SIGCHLD)
    assert rings(bell)
