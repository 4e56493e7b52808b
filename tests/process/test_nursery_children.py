"""What a child of the nursery has: its environment, descriptors, limits and costs."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from procs.engine.records import Limits
from procs.errors import TimedOut
from tests.sandbox.own_nursery import ordered

pytest_plugins = ["tests.sandbox.site.fixtures"]


async def test_a_child_has_its_own_place_and_nothing_of_ours(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAPAR_BOT_TOKEN", "a secret")
    told = (
        "import json, os; print(json.dumps([dict(os.environ), os.getcwd(), os.getpriority(0, 0)]))"
    )
    ran = await engine.run([sys.executable, "-c", told], tmp_path, 20)
    environment, folder, nice = json.loads(ran.out)
    scratch = str(tmp_path / ".tmp")
    assert (folder, nice) == (str(tmp_path), 10)
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


@pytest.mark.skipif(os.getuid() != 0, reason="only the superuser can look into a child")
async def test_a_child_inherits_no_descriptor(site, engine, tmp_path):
    """What is open in a child: the three standard ones, its own socket, the site's connection."""
    async with engine.open(ordered(site.url("/hang/x.mp4")), tmp_path) as child:
        probe = asyncio.create_task(child.probe())
        await site.until("/hang/x.mp4")
        opened = {int(d): os.readlink(f"/proc/{child.pid}/fd/{d}") for d in descriptors(child.pid)}
        probe.cancel()
        await asyncio.wait([probe])
    assert {opened.pop(number) for number in (0, 1, 2)} == {"/dev/null"}
    assert opened.pop(3).startswith("socket:")
    assert len([name for name in opened.values() if name.startswith("socket:")]) == 1
    assert not [name for name in opened.values() if "nursery" in name or "epoll" in name]


def descriptors(pid):
    return os.listdir(f"/proc/{pid}/fd")


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
    assert list((tmp_path / ".tmp").iterdir()) == []


async def test_a_program_that_takes_too_long_is_killed(engine, tmp_path):
    with pytest.raises(TimedOut):
        await engine.run(["/bin/sleep", "60"], tmp_path, 0.1)
    assert psutil.Process(engine.presence.pid).children() == []


async def test_the_cost_of_a_child_is_known(site, engine, tmp_path):
    async with engine.open(ordered(site.url("/clip.mp4")), tmp_path) as child:
        await child.probe()
    assert 0 < child.ended.cpu < 5
    assert child.ended.peak > 10 * 1024**2
