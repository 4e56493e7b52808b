"""The nursery: how it starts, who shares it, and when it ends."""

import asyncio
import os
import signal
import stat
import sys

import pytest
import uvloop

from procs.engine.client import Engine
from procs.errors import EngineDied
from tests.sandbox.own_nursery import AT_ONCE, cancelled, dies, ordered, own_engine
from tests.sandbox.site import Site

pytest_plugins = ["tests.sandbox.site.fixtures"]


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


@pytest.mark.long
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


@pytest.mark.parametrize("noise", [b"x" * 300_000, b"no json\n", b"[]\n", b"{}\n"])
async def test_a_request_that_is_none_is_dropped(engine, noise):
    assert await answer(engine.folder, noise) == b""
    assert not engine.presence.over


def test_the_client_needs_no_yt_dlp():
    code = "import sys, procs.engine.client; assert 'yt_dlp' not in sys.modules"
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0
