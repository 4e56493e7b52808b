"""What one job costs, beside `python -m yt_dlp`, and how soon a cancelled one is gone."""

import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.engine import cancels
from bench.engine.cancels import carry
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from tests.sandbox.site import Site
from tests.sandbox.site.server import LOOPBACK

#: A page with a film: what most jobs are.
PAGE = "/page/video.html"
JOBS, AT_ONCE, PROGRAMS, CHILDREN = 100, 4, 8, 16
SLOW = "/slow/long.mp4"


async def measure() -> dict[str, float]:
    """Every figure by its name."""
    with tempfile.TemporaryDirectory(prefix="ch-") as home:
        folder = Path(home)
        async with Site() as site:
            engine = Engine(folder / "run")
            await engine.start()
            try:
                figures = await jobs(engine, site, folder)
                figures["child_pss_mib"] = await memory(engine, site, folder)
                figures |= await cancels.measure(engine, site, folder)
            finally:
                await engine.close()
            alone = await programs(site, folder)
    figures["subprocess_cpu_ms_per_job"] = alone
    figures["vs_subprocess"] = alone / figures["cpu_ms_per_job"]
    return figures


async def jobs(engine: Engine, site: Site, folder: Path) -> dict[str, float]:
    """CPU of the children for one job, and jobs a second with a few at a time."""
    places, spent = asyncio.Semaphore(AT_ONCE), []

    async def one(number: int) -> None:
        async with places:
            order = Order(site.url(PAGE), allowed_networks=LOOPBACK)
            async with engine.open(order, folder / str(number)) as child:
                await child.probe()
                await child.fetch(lambda done, total, rate: None)
            assert child.ended
            spent.append(child.ended.cpu)

    began = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(JOBS)))
    took = time.monotonic() - began
    return {"cpu_ms_per_job": 1000 * statistics.mean(spent), "jobs_per_s": JOBS / took}


async def memory(engine: Engine, site: Site, folder: Path) -> float:
    """MiB of one of many children in the middle of their downloads; what they share is divided
    by those who share it."""
    since, path = site.bytes(SLOW), site.url(SLOW)
    tasks = [
        asyncio.create_task(carry(engine, path, folder / f"memory{n}")) for n in range(CHILDREN)
    ]
    await site.until(SLOW, hits=2 * CHILDREN, sent=since + CHILDREN * 100_000)
    assert engine.presence
    children = psutil.Process(engine.presence.pid).children()
    sizes = [child.memory_full_info().pss for child in children]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return statistics.mean(sizes) / 1024**2


async def programs(site: Site, folder: Path) -> float:
    """Milliseconds of CPU of `python -m yt_dlp` for the same job."""
    before = spent_by_programs()
    for number in range(PROGRAMS):
        program = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "yt_dlp",
                "--ignore-config",
                "-q",
                "--no-warnings",
                "--no-cache-dir",
            ),
            *("-o", str(folder / f"alone{number}.%(ext)s"), site.url(PAGE)),
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        assert await program.wait() == 0
    return 1000 * (spent_by_programs() - before) / PROGRAMS


def spent_by_programs() -> float:
    """CPU seconds of all ended children of this process."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
