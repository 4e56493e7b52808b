"""The self-test before a worker serves: it fails where a download could reach what it must not."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from procs import config
from procs.engine import canary, jail
from procs.engine.canary import REACHED, Knocked
from procs.store.migrate import migrate
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

ROOT = Path(__file__).parents[2]
SECONDS = 60

pytestmark = pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")

UNFENCED = """
from tests.sandbox.unfenced import take_fences_away

take_fences_away()
"""
#: Says what the self-test of an engine says, and ends its nursery.
SELF_TEST = """
import asyncio, sys
from pathlib import Path
from procs.engine.client import Engine

async def main(run):
    engine = Engine(Path(run), linger=0.2)
    print(await engine.self_test(sys.argv[2:]))
    await engine.close()

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("networks", [(), LOOPBACK])
async def test_all_is_well_here(engine, networks):
    assert await engine.self_test(networks) is None


REFUSED = "HTTP/1.1 403 Refused"
DENIED = "[Errno 13] Permission denied"


@pytest.mark.parametrize(
    ("said", "called", "allowed", "well"),
    [
        (Knocked(DENIED, REFUSED), False, False, True),
        (Knocked(DENIED, REFUSED), True, False, False),
        (Knocked(REACHED, REFUSED), True, False, False),
        (Knocked(REACHED, "HTTP/1.1 200 OK"), True, True, False),
        (Knocked(DENIED, "HTTP/1.1 200 OK"), True, False, False),
        (Knocked(DENIED, "HTTP/1.1 200 OK"), True, True, True),
        (Knocked(DENIED, DENIED), False, False, False),
    ],
)
def test_what_the_tries_mean(said, called, allowed, well):
    assert (canary.judge(said, called, allowed) is None) is well


def test_who_is_reached_is_said_to_be():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert canary.straight(listener.getsockname()[1]) == REACHED


@pytest.mark.parametrize("networks", [(), LOOPBACK])
def test_without_fences_a_child_reaches_the_canary(short_home, networks):
    argv = [sys.executable, "-c", UNFENCED + SELF_TEST, short_home / "run", *networks]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert "past its policy; the kernel has: system calls" in ran.stdout, ran.stderr


async def test_a_worker_without_fences_takes_no_jobs_and_says_why(short_home):
    around = {**os.environ, "CHAPAR_HOME": str(short_home), "CHAPAR_ENV_FILE": os.devnull}
    settings = config.load(around, need_telegram=False)
    migrate(settings.database_url, run=settings.run)
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.sandbox.unfenced", "procs.worker"),
        cwd=ROOT,
        env=around,
        stdout=asyncio.subprocess.PIPE,
    )
    said = []
    async with asyncio.timeout(SECONDS):
        while "egress.open" not in (line := (await worker.stdout.readline()).decode()):
            said.append(line)
    worker.terminate()
    rest, _ = await worker.communicate()
    assert "past its policy" in line
    assert "worker.serving" not in "".join(said) + rest.decode()
    assert worker.returncode == 0
