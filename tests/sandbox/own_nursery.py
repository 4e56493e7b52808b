"""Engines with a nursery of their own, and how its processes are seen to die."""

import asyncio
import os
import select
import time
from contextlib import asynccontextmanager, suppress

from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from tests.sandbox.events import SOON
from tests.sandbox.site.server import LOOPBACK

#: Seconds in which a cancelled job must be gone, programs that it started included, on a machine
#: that does much else; what it was at would take half a minute more.
AT_ONCE = 1.0


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
    """Cancel a job's task once `ready` is over. Returns the child and the seconds it took, without
    those that a busy machine costs everybody."""
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
    took = time.monotonic() - began
    return child, took - await lag()


async def lag():
    """Seconds for which a process that is told to die waits for a processor just now: each that has
    a part in a job's death (client, nursery, child) waits as long."""
    plain = await asyncio.create_subprocess_exec("/bin/sleep", "600")
    began = time.monotonic()
    plain.kill()
    await plain.wait()
    return 3 * (time.monotonic() - began)
