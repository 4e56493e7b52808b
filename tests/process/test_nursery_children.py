"""What a child of the nursery has: its environment, descriptors, limits and costs."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from procs.engine.client import Engine
from procs.engine.nursery import launcher
from procs.engine.protocol.folder_lock import IN_USE
from procs.engine.protocol.messages import Limits
from procs.errors import TimedOut
from tests.sandbox.own_nursery import ordered

pytest_plugins = ["tests.sandbox.site.fixtures"]
#: A nursery whose children write down what is open in them while a site answers. They do it
#: themselves, because an ordinary user cannot look into a process that may not be traced.
TELLING = """
import json, os
from contextlib import suppress
from procs.engine.ytdlp import loader
from procs.engine.nursery import main

class Telling(loader.Loader):
    def urlopen(self, req):
        answer = super().urlopen(req)
        opened = {}
        for number in os.listdir("/proc/self/fd"):
            with suppress(FileNotFoundError):  # the listing's own
                opened[number] = os.readlink(f"/proc/self/fd/{number}")
        with open("told", "w") as sink:
            json.dump(opened, sink)
        return answer

loader.Loader = Telling
main.main()
"""


async def test_a_child_has_its_own_place_and_nothing_of_ours(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAPAR_BOT_TOKEN", "a secret")
    told = (
        "import json, os; print(json.dumps([dict(os.environ), os.getcwd(), os.getpriority(0, 0)]))"
    )
    ran = await engine.run([sys.executable, "-c", told], tmp_path, 20)
    environment, folder, nice = json.loads(ran.out)
    scratch = str(tmp_path / ".tmp")
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert (folder, nice) == (str(tmp_path), min(ours + Limits().nice, 19))
    assert {environment[name] for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")} == {scratch}
    assert environment["YTDLP_NO_PLUGINS"] == "1"
    assert not [name for name in environment if name.startswith(("CHAPAR", "http", "HTTP"))]


async def test_a_child_is_what_the_kernel_takes_when_memory_is_short(site, engine, tmp_path):
    async with engine.open(ordered(site.url("/hang/x.mp4")), tmp_path) as child:
        probe = asyncio.create_task(child.probe())
        await site.until("/hang/x.mp4")
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "1000\n"
        probe.cancel()
        await asyncio.wait([probe])


@pytest.fixture
async def telling_engine(short_home):
    """An engine with a nursery of its own, whose children tell what is open in them."""
    run = short_home / "run"
    argv = [sys.executable, "-P", "-c", TELLING, "--run", str(run)]
    environment = {**launcher.ENVIRONMENT, "PYTHONPATH": launcher.ROOT}
    subprocess.run(argv, env=environment, cwd="/", check=True)  # its door is open from here on
    engine = Engine(run, spawn=False)
    await engine.start()
    yield engine
    os.kill(engine.presence.pid, signal.SIGTERM)
    await engine.presence.last()
    await engine.close()


async def test_a_child_inherits_no_descriptor(site, telling_engine, tmp_path):
    """What is open in a child: the three standard ones, its own socket, the site's connection."""
    async with telling_engine.open(ordered(site.url("/clip.mp4")), tmp_path) as child:
        await child.probe()
    opened = json.loads((tmp_path / "told").read_text())
    assert {opened.pop(number) for number in ("0", "1", "2")} == {"/dev/null"}
    assert opened.pop("3").startswith("socket:")
    lock, *others = sorted(opened.values())  # a path comes before a socket
    assert lock.endswith(f"/{IN_USE}")
    assert [name.partition(":")[0] for name in others] == ["socket"]


async def test_a_program_inherits_no_descriptor(engine, tmp_path):
    ran = await engine.run(["/bin/ls", "/proc/self/fd"], tmp_path, 5)
    assert ran.out.split() == [b"0", b"1", b"2", b"3"]  # 3 is the listing's own


async def test_a_file_may_not_grow_beyond_its_limit(engine, tmp_path):
    argv = ["/bin/dd", "if=/dev/zero", "of=big", "bs=1M", "count=4"]
    ran = await engine.run(argv, tmp_path, 5, limits=Limits(file=2 * 1024**2))
    assert ran.code == 1
    assert b"File too large" in ran.err
    assert (tmp_path / "big").stat().st_size == 2 * 1024**2


async def test_memory_is_limited(engine, tmp_path):
    argv = [sys.executable, "-c", "bytes(600 * 1024**2)"]
    ran = await engine.run(argv, tmp_path, 10, limits=Limits(memory=300 * 1024**2))
    assert b"MemoryError" in ran.err


async def test_how_a_program_ends_is_told(engine, tmp_path):
    ran = await engine.run(["/bin/sh", "-c", "echo out; echo err >&2; exit 7"], tmp_path, 5)
    assert (ran.code, ran.out, ran.err) == (7, b"out\n", b"err\n")
    ran = await engine.run(["/bin/sh", "-c", "kill -TERM $$"], tmp_path, 5)
    assert ran.code == -signal.SIGTERM
    assert list((tmp_path / ".tmp").iterdir()) == [tmp_path / IN_USE]


async def test_a_program_that_takes_too_long_is_killed(engine, tmp_path):
    with pytest.raises(TimedOut):
        await engine.run(["/bin/sleep", "60"], tmp_path, 0.1)
    assert psutil.Process(engine.presence.pid).children() == []


async def test_the_cost_of_a_child_is_known(site, engine, tmp_path):
    async with engine.open(ordered(site.url("/clip.mp4")), tmp_path) as child:
        await child.probe()
    assert 0 < child.ended.cpu < 5
    assert child.ended.peak > 10 * 1024**2
