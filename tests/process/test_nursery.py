"""The nursery and its children: how they start, what they may, and how they die."""

import asyncio
import json
import os
import select
import signal
import stat
import sys
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
import uvloop

from procs.engine.client import Engine
from procs.engine.records import Limits, Order
from procs.errors import EngineDied, TimedOut
from tests.sandbox.site import Site
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

ROOT = Path(__file__).parents[2]
#: Seconds in which a cancelled job must be gone, programs that it started included.
AT_ONCE = 0.1
#: Seconds for what happens by itself on a busy machine.
SOON = 10.0

#: A worker, to be killed: opens one job and says the child's and the nursery's pids.
WORKER = """
import asyncio, sys
from pathlib import Path
from procs.engine.client import Engine
from procs.engine.records import Order

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
from procs.engine import programs
from procs.tools import tools

programs.tie(Popen)
os.mkfifo(sys.argv[1])  # for which ffmpeg waits
print(Popen([tools().ffmpeg, "-i", f"file:{sys.argv[1]}", "-f", "null", "-"]).pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

#: A program that starts another one, which works until it is killed.
FAMILY = "import subprocess, sys; subprocess.run(sys.argv[1:])"
WORKS = "touch works; exec sleep 600"


def ordered(url):
    return Order(url, allowed_networks=LOOPBACK)


def dies(pid, within=SOON):
    """Wait until a process that is not our child has died."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


def group_is_empty(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@asynccontextmanager
async def own_engine(home, **more):
    """An engine with a nursery of its own, which is gone afterwards."""
    engine = Engine(home / "run", **{"linger": 0.2, **more})
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def cancelled(engine, url, folder, ready):
    """Cancel a job's task once `ready` is over. Returns the child's pid and the seconds it took."""
    opened = asyncio.Future()

    async def job():
        async with engine.open(ordered(url), folder) as child:
            opened.set_result(child)
            await child.probe()
            await child.fetch(lambda done, total, rate: None)

    task = asyncio.create_task(job())
    child = await opened
    await ready
    began = time.monotonic()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return child, time.monotonic() - began


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_job_from_start_to_end_on_both_loops(run, short_home, tmp_path):
    async def story():
        async with Site() as site, own_engine(short_home) as engine:
            async with engine.open(ordered(site.url("/clip.mp4")), tmp_path / "a") as child:
                found = await child.probe()
                fetched = await child.fetch(lambda done, total, rate: None)
            ready = site.until("/slow/clip.mp4", sent=200_000, hits=2)
            url = site.url("/slow/clip.mp4?rate=400000")
            _, took = await cancelled(engine, url, tmp_path / "b", ready)
            ran = await engine.run(["/bin/echo", "well"], tmp_path, 5)
            return found.title, fetched.files, took, ran.out

    title, files, took, out = run(story())
    assert (title, files, out) == ("clip", ["clip.mp4"], b"well\n")
    assert took < AT_ONCE


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
    assert time.monotonic() - began < AT_ONCE
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


async def until(true):
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.01)


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


async def test_two_workers_that_start_at_once_share_one_nursery(short_home):
    async with own_engine(short_home) as one, own_engine(short_home) as two:
        assert one.presence.pid == two.presence.pid
    together = [Engine(short_home / "run", linger=0.2) for _ in range(4)]
    await asyncio.gather(*(engine.start() for engine in together))
    assert len({engine.presence.pid for engine in together}) == 1
    await asyncio.gather(*(engine.close() for engine in together))


async def test_the_nursery_ends_when_nobody_is_left(short_home):
    async with own_engine(short_home) as engine:
        pid = engine.presence.pid
        door = short_home / "run" / "nursery.sock"
        assert stat.S_IMODE(door.stat().st_mode) == 0o700
    assert await asyncio.to_thread(dies, pid)
    assert not door.exists()


async def test_a_stale_socket_is_no_nursery(short_home):
    async with own_engine(short_home) as engine:
        os.kill(engine.presence.pid, signal.SIGKILL)
        await asyncio.to_thread(dies, engine.presence.pid)
    assert (short_home / "run" / "nursery.sock").exists()
    async with own_engine(short_home) as engine:
        assert engine.presence.pid


async def test_an_upgraded_worker_gets_another_nursery_and_running_jobs_keep_theirs(
    site, short_home, tmp_path
):
    async with own_engine(short_home) as old:
        order = ordered(site.url("/slow/clip.mp4?rate=1000000"))
        async with old.open(order, tmp_path) as child:
            await child.probe()
            assert await answer(old.folder, b'{"do": "stay", "like": "another version"}\n') == b""
            async with own_engine(short_home) as new:
                assert new.presence.pid != old.presence.pid
                assert (await child.fetch(lambda done, total, rate: None)).files == ["clip.mp4"]
        pid = old.presence.pid
    assert await asyncio.to_thread(dies, pid)


async def answer(run, request):
    """All that the nursery says to a request, until it hangs up."""
    reader, writer = await asyncio.open_unix_connection(str(run / "nursery.sock"))
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_no_nursery_is_started_when_that_was_not_wished(short_home):
    with pytest.raises(EngineDied):
        await Engine(short_home / "run", spawn=False).start()


async def test_the_dead_are_waited_for(site, engine, tmp_path):
    for turn in range(3):
        ready = site.until("/hang/x.mp4", hits=turn + 1)
        await cancelled(engine, site.url("/hang/x.mp4"), tmp_path, ready)
    assert psutil.Process(engine.presence.pid).children() == []


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


@pytest.mark.parametrize("noise", [b"x" * 300_000, b"no json\n", b"[]\n", b"{}\n"])
async def test_a_request_that_is_none_is_dropped(engine, noise):
    assert await answer(engine.folder, noise) == b""
    assert not engine.presence.over


def test_the_client_needs_no_yt_dlp():
    code = "import sys, procs.engine.client; assert 'yt_dlp' not in sys.modules"
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0
