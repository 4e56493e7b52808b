"""The self-test before a worker serves: it fails where a download could reach what it must not."""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.core import disk
from procs.engine import selftest
from procs.engine.child import escape_attempts, jail_probe
from procs.engine.child.escape_attempts import REACHED
from procs.engine.child.jail_probe import Fences, ProbeResult
from procs.engine.jail import jail
from procs.store.database import migrate, open_database
from procs.store.health import alerts
from tests import ROOT
from tests.sandbox.events import until
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

SECONDS = 60

pytestmark = pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")

UNFENCED = """
from tests.sandbox.unfenced import take_fences_away

take_fences_away()
"""
#: Says what the self-test of an engine says, and ends its nursery.
SELF_TEST = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from procs.engine.client import Engine

async def main(run):
    engine = Engine(Path(run), linger=0.2)
    print(await engine.self_test(sys.argv[2:]))
    await engine.close()

asyncio.run(main(sys.argv[1]))
"""

#: The same for a job that nobody tested for.
FETCH = """
import asyncio, sys
from pathlib import Path
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from procs.errors import EngineDied

async def main(run):
    engine = Engine(run, linger=0.2)
    try:
        async with engine.open(Order("http://127.0.0.1:9/"), run / "job"):
            print("opened")
    except EngineDied as error:
        print("EngineDied", error)
    await engine.close()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("networks", [(), LOOPBACK])
async def test_all_is_well_here(engine, networks):
    assert await engine.self_test(networks) is None


REFUSED = "HTTP/1.1 403 Refused"
DENIED = "[Errno 13] Permission denied"
FENCES = Fences(jail.guards_files(), jail.has_root(), jail.state())
NONE = ProbeResult(DENIED, DENIED, DENIED, DENIED, REFUSED, fences=FENCES)


def meddled(way):
    return replace(NONE, meddled=[("chown", DENIED), (way, REACHED)])


#: What a worker does not serve with: a child that does any of these.
MEDDLING = list(escape_attempts.ways("", "", 0))


@pytest.mark.parametrize(
    ("said", "called", "allowed", "well"),
    [
        (NONE, set(), False, True),
        (NONE, {"tcp"}, False, False),
        (NONE, {"udp"}, False, False),
        (NONE, {"udp"}, True, False),
        (NONE, {"unix"}, True, False),
        (replace(NONE, tcp=REACHED), {"tcp"}, False, False),
        (replace(NONE, unix=REACHED), set(), False, False),
        (replace(NONE, file=REACHED), set(), False, False),
        (replace(NONE, tcp=REACHED, by_proxy="HTTP/1.1 200 OK"), {"tcp"}, True, False),
        (replace(NONE, by_proxy="HTTP/1.1 200 OK"), {"tcp"}, False, False),
        (replace(NONE, by_proxy="HTTP/1.1 200 OK"), {"tcp"}, True, True),
        (replace(NONE, by_proxy=DENIED), set(), False, False),
    ],
)
def test_what_the_tries_mean(said, called, allowed, well):
    assert (selftest.judge(said, called, allowed) is None) is well


@pytest.mark.parametrize("way", MEDDLING)
def test_a_child_that_meddles_is_not_safe(way):
    hidden = jail.has_root() or way != escape_attempts.LOOK
    assert (selftest.judge(meddled(way), set(), False) is not None) is hidden


async def test_who_is_reached_is_said_to_be(short_home):
    """Tried from here, where nothing is fenced."""
    async with selftest.canary(short_home) as (called, places):
        said = await asyncio.to_thread(jail_probe.tries, places, places.udp)
        await until(lambda: called.ways == {"tcp", "udp", "unix"})
    meddled = {name for name, _ in said.meddled} - {"unshare", "forks"}  # not in a thread; as set
    assert said.reached - {"forks"} == {"tcp", "unix", "file"} | meddled
    assert list(short_home.rglob("canary*")) == []


async def test_who_calls_by_mistake_is_no_download(short_home):
    async with selftest.canary(short_home) as (called, places):
        await asyncio.to_thread(jail_probe.tries, replace(places, word="?"), places.udp)
        own = (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", places.udp))
        jail_probe.try_place(*own, places.word.encode())
        await until(lambda: called.ways)
    assert called.ways == {"udp"}


@pytest.mark.parametrize("networks", [(), LOOPBACK])
def test_without_fences_a_child_reaches_the_canary(short_home, networks):
    argv = [sys.executable, "-c", UNFENCED + SELF_TEST, short_home / "run", *networks]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert "past its fences (tcp); the kernel has: no Landlock, system calls" in ran.stdout, (
        ran.stderr
    )


def test_nothing_is_fetched_before_the_test_is_passed(short_home):
    """A self-test that could not be made at the start is made by the first job."""
    argv = [sys.executable, "-c", UNFENCED + FETCH, short_home / "run"]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert ran.stdout.startswith("EngineDied a download got past its fences"), ran.stderr


@pytest.fixture
def around(short_home):
    """The environment of a worker in a home with a database."""
    around = {**os.environ, "CHAPAR_HOME": str(short_home), "CHAPAR_ENV_FILE": os.devnull}
    settings = config.load(around, need_telegram=False)
    migrate(settings.database_url, run=settings.run)
    return around | {"CHAPAR_DATABASE_URL": settings.database_url}


def told(around):
    """The alerts that stand, with their subjects."""
    run = Path(around["CHAPAR_HOME"]) / "run"
    with closing(open_database(around["CHAPAR_DATABASE_URL"], run=run)) as db:
        return [(one.kind, one.subject) for one in alerts.standing(db)]


async def test_a_worker_without_fences_takes_no_jobs_and_says_why_to_admins_too(around):
    unfenced = ("tests.sandbox.unfenced", "procs.worker")
    line, before, after, code = await said_by(around, *unfenced, word="egress.open")

    assert "past its fences" in line
    assert "worker.serving" not in before + after
    assert (code, told(around)) == (0, [("egress-open", disk.host())])


@pytest.mark.long
async def test_the_alert_about_lost_fences_is_over_with_the_first_worker_that_has_them(around):
    await said_by(around, "tests.sandbox.unfenced", "procs.worker", word="egress.open")
    stood = told(around)

    # In a home of its own: the nursery of the one before lives on for a while, without fences.
    other = {"CHAPAR_HOME": f"{around['CHAPAR_HOME']}/other"}
    Path(other["CHAPAR_HOME"]).mkdir(mode=0o700)
    await said_by(around | other, "procs.worker", word="worker.serving")

    assert (stood, told(around)) == ([("egress-open", disk.host())], [])


async def said_by(around, *module, word):
    """Run a worker until it says a word: the line, what came before and after, and how it ended."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module), cwd=ROOT, env=around, stdout=asyncio.subprocess.PIPE
    )
    said = []
    async with asyncio.timeout(SECONDS):
        while word not in (line := (await worker.stdout.readline()).decode()):
            assert line, "".join(said)
            said.append(line)
    worker.terminate()
    rest, _ = await worker.communicate()
    return line, "".join(said), rest.decode(), worker.returncode
