"""The starter of nurseries: what a worker asks of it, who it starts and who it does not."""

import asyncio
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from procs.core import codec
from procs.engine.client import Engine
from procs.engine.jail import jail
from procs.engine.nursery import launcher
from procs.engine.nursery.launcher import NurseryWish, StarterRequest
from procs.engine.releases.versions import Version
from procs.errors import EngineDied
from tests import ROOT
from tests.sandbox.events import until

#: What a nursery inherits of its starter, and of nobody else here.
NICE = 7


def begun(home):
    """A starter, as its unit starts it; at the other end of a notify socket, so are we."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    place = home / f"notify-{os.urandom(4).hex()}"
    line.bind(str(place))
    line.settimeout(30)
    one = subprocess.Popen(
        [sys.executable, "-m", "daemon.supervisor.nursery_starter", "--home", str(home)],
        cwd=ROOT,
        env={**os.environ, "NOTIFY_SOCKET": str(place)},
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.nice(NICE),
    )
    said = line.recv(4096).decode()
    line.close()
    return one, said


@pytest.fixture
def starter(short_home):
    (short_home / "logs").mkdir()
    one, said = begun(short_home)
    assert said.startswith("READY=1\n")
    yield one
    one.terminate()
    one.wait()


async def asked(home, wish):
    return await launcher.ask(launcher.starter_socket(home / "run"), wish, "")


@pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")
async def test_a_nursery_is_the_starters_and_downloads_in_it_are_fenced(short_home, starter):
    engine = Engine(short_home / "run", linger=0.1)
    try:
        assert await engine.self_test() is None
        nursery = psutil.Process(engine.presence.pid)
        assert nursery.nice() == os.nice(0) + NICE
    finally:
        await engine.close()
    await until(lambda: not nursery.is_running())
    starter.terminate()
    await until(lambda: not launcher.starter_socket(short_home / "run").exists())


async def test_a_starter_that_was_killed_is_waited_for(short_home, starter):
    """What stays of it is its socket; without it a worker would start a nursery in its own unit."""
    starter.kill()
    starter.wait()
    wish = NurseryWish(short_home / "run", Version("2099.1.1"), 0.1)
    asking = asyncio.ensure_future(asked(short_home, wish))
    await asyncio.sleep(0)
    again, _ = await asyncio.to_thread(begun, short_home)
    try:
        assert await asking == 0
        await until(lambda: not (wish.run / "nursery.sock").exists())  # with nobody connected
    finally:
        again.terminate()
        again.wait()


async def test_nobody_waits_for_a_starter_for_ever(short_home, monkeypatch):
    monkeypatch.setattr(launcher, "STARTER_BACK", 0.3)
    with pytest.raises(EngineDied, match="systemctl restart chapar-nursery, or remove"):
        await asked(short_home, NurseryWish(short_home / "run", Version("2099.1.1"), 1))


@pytest.mark.parametrize("field", ["run", "folder"])
async def test_a_folder_outside_of_the_home_is_refused(short_home, starter, field):
    request = StarterRequest(str(short_home / "run"), "2099.1.1", str(short_home), 1.0, "")
    facts = {**asdict(request), field: "/tmp"}
    with pytest.raises(EngineDied, match="journalctl -u chapar-nursery"):
        await launcher.answer_of(launcher.starter_socket(short_home / "run"), facts)


async def test_what_is_no_request_ends_nothing(short_home, starter):
    place = launcher.starter_socket(short_home / "run")
    for words in (b"\n", b"[]\n", b'{"do": 1}\n', b"x" * 100_000 + b"\n"):
        reader, writer = await asyncio.open_unix_connection(place)
        writer.write(words)
        assert await reader.read() == b""
        writer.close()
    assert starter.poll() is None


def test_a_trial_in_the_home_asks_the_homes_starter_and_logs_where_it_does(short_home):
    place = launcher.starter_socket(short_home / "run")
    (short_home / "logs").mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(place))
        assert launcher.starter_of(short_home / "run" / "new") == place
    assert launcher.log_of(short_home / "run" / "new") == short_home / "logs" / "nursery.log"
    assert launcher.log_of(Path("/tmp/none/run")) == Path("/tmp/none/logs/nursery.log")


def test_a_request_reads_the_same_at_both_ends():
    wish = NurseryWish(Path("/h/run"), Version("2099.1.1", Path("/h/engines/2099.1.1")), 5.0)
    sent = codec.load(codec.dump(asdict(StarterRequest.of(wish, "json"))))
    assert StarterRequest(**sent).wish() == wish
