"""A job that is cancelled, and whom a death in the nursery takes along."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

import psutil
import pytest

from procs.errors import EngineDied
from tests import ROOT
from tests.sandbox.events import until
from tests.sandbox.own_nursery import (
    AT_ONCE,
    cancelled,
    dies,
    group_is_empty,
    lag,
    ordered,
    own_engine,
)

pytest_plugins = ["tests.sandbox.site.fixtures"]
#: A worker, to be killed: opens one job and says the child's and the nursery's pids.
WORKER = """
import asyncio, sys
from pathlib import Path
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order

async def main(run, url, folder):
    engine = Engine(Path(run), linger=60)
    async with engine.open(Order(url, allowed_networks=("127.0.0.0/8",)), Path(folder)) as child:
        await child.probe()
        print(child.pid, engine.presence.pid, flush=True)
        await child.fetch(lambda done, total, rate: None)

asyncio.run(main(*sys.argv[1:]))
"""
#: A child that starts a program as yt-dlp does, says its pid, and is killed.
ORPHAN = """
import os, signal, sys
from yt_dlp.utils import Popen
from procs.engine.jail import child_programs
from procs.core.ffmpeg import tools

child_programs.tie(Popen)
os.mkfifo(sys.argv[1])  # for which ffmpeg waits
print(Popen([tools().ffmpeg, "-i", f"file:{sys.argv[1]}", "-f", "null", "-"]).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
#: A program that starts another one, which works until it is killed.
FAMILY = "import subprocess, sys; subprocess.run(sys.argv[1:])"
WORKS = "touch works; exec sleep 600"


@pytest.mark.parametrize(
    ("path", "hits", "sent"),
    [
        ("/hang/clip.mp4", 1, 0),
        ("/slow/clip.mp4", 2, 30_000),
        ("/stall/clip.mp4", 2, 700_000),
        ("/endless.mp4", 2, 10_000_000),
    ],
)
async def test_cancel_is_immediate_in_every_phase(site, engine, tmp_path, path, hits, sent):
    took = []
    for turn in range(3):
        ready = site.until(path, hits=hits * (turn + 1), sent=sent * (turn + 1))
        child, seconds = await cancelled(engine, site.url(path), tmp_path, ready)
        took.append(seconds)
        assert group_is_empty(child.pid)
    assert sorted(took)[1] < AT_ONCE


async def test_cancel_takes_the_programs_along_that_a_child_started(engine, tmp_path):
    task = asyncio.create_task(engine.run(family(), tmp_path, 60))
    await until((tmp_path / "works").exists)
    (group,) = groups_of(engine)
    began = time.monotonic()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    took = time.monotonic() - began
    assert took < AT_ONCE + await lag()
    assert group_is_empty(group)


def family():
    return [sys.executable, "-c", FAMILY, "/bin/sh", "-c", WORKS]


def groups_of(engine):
    """The process groups below the nursery of an engine."""
    nursery = psutil.Process(engine.presence.pid)
    return {os.getpgid(one.pid) for one in nursery.children(recursive=True)}


async def test_a_killed_nursery_takes_its_jobs_along_and_the_next_job_starts_another(
    site, short_home, tmp_path
):
    async with own_engine(short_home) as engine:
        first = engine.presence.pid
        program = asyncio.create_task(engine.run(family(), tmp_path / "a", 60))
        async with engine.open(ordered(site.url("/hang/x.mp4")), tmp_path / "b") as child:
            probe = asyncio.create_task(child.probe())
            await asyncio.gather(site.until("/hang/x.mp4"), until((tmp_path / "a/works").exists))
            groups = groups_of(engine)
            os.kill(first, signal.SIGKILL)
            ends = await asyncio.gather(program, probe, return_exceptions=True)

        assert [type(end) for end in ends] == [EngineDied, EngineDied]
        assert len(groups) == 2
        await until(lambda: all(map(group_is_empty, groups)))

        async with engine.open(ordered(site.url("/clip.mp4")), tmp_path / "c") as child:
            assert (await child.probe()).title == "clip"
        assert engine.presence.pid != first


async def test_what_yt_dlp_starts_dies_with_its_child(tmp_path):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ORPHAN, str(tmp_path / "pipe")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    program = int(await child.stdout.readline())
    await child.wait()
    assert await asyncio.to_thread(dies, program)


async def test_a_job_in_flight_learns_that_the_nursery_died(site, short_home, tmp_path):
    async with (
        own_engine(short_home) as engine,
        engine.open(ordered(site.url("/hang/x.mp4")), tmp_path) as child,
    ):
        os.kill(engine.presence.pid, signal.SIGKILL)
        with pytest.raises(EngineDied):
            await child.probe()


async def test_a_killed_worker_takes_its_children_along(site, engine, tmp_path):
    words = [engine.folder, site.url("/slow/clip.mp4"), tmp_path]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, *map(str, words), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    child, nursery = map(int, (await worker.stdout.readline()).split())
    assert nursery == engine.presence.pid
    worker.kill()
    await worker.wait()
    await until(lambda: group_is_empty(child))


async def test_the_dead_are_waited_for(site, engine, tmp_path):
    for turn in range(3):
        ready = site.until("/hang/x.mp4", hits=turn + 1)
        await cancelled(engine, site.url("/hang/x.mp4"), tmp_path, ready)
    assert psutil.Process(engine.presence.pid).children() == []
