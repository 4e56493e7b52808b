"""How soon a cancelled job is gone, whatever it was doing: from the wish to the death of all."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from procs.core.ffmpeg import tools
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from tests.sandbox.site import Site
from tests.sandbox.site.server import LOOPBACK

TURNS = 10
#: Seconds between two looks for a process that tells nobody when it begins to work, and for which
#: it has worked by then.
LOOK, WORKED = 0.02, 0.2
#: A download that hangs in the extraction, a slow one, a stalled one: path, requests and bytes
#: after which it is cancelled.
DOWNLOADS = (("/hang/x.mp4", 1, 0), ("/slow/long.mp4", 2, 20_000), ("/stall/clip.mp4", 2, 700_000))
#: What ffmpeg reads without end.
LIVE = "/turning.m3u8"
SOURCE = "testsrc2=s=1280x720:r=30"
RECODE = ("-v", "error", "-f", "lavfi", "-i", SOURCE, "-c:v", "libx264", "-y", "out.mp4")

Job = Awaitable[object]


async def measure(engine: Engine, site: Site, folder: Path) -> dict[str, float]:
    """Milliseconds, 99 of 100 below; and the worst of each kind."""
    took = {
        path.strip("/").split("/")[0]: await downloads(engine, site, folder, path, hits, sent)
        for path, hits, sent in DOWNLOADS
    }
    took["live"] = await programs(engine, lambda: carry(engine, site.url(LIVE), folder / "live"))
    recode = [tools().ffmpeg, *RECODE]
    took["recode"] = await programs(engine, lambda: engine.run(recode, made(folder / "re"), 600))
    every = sorted(ms for times in took.values() for ms in times)
    worst = {f"cancel_{kind}_max_ms": max(times) for kind, times in took.items()}
    return {**worst, "cancel_p99_ms": every[min(len(every) - 1, int(0.99 * len(every)))]}


async def downloads(
    engine: Engine, site: Site, folder: Path, path: str, hits: int, sent: int
) -> list[float]:
    """Milliseconds of each of TURNS cancels, at the instant at which the site has served so
    much."""
    took = []
    for turn in range(TURNS):
        ready = site.until(path, hits=site.hits(path) + hits, sent=site.bytes(path) + sent)
        job = asyncio.create_task(carry(engine, site.url(path), folder / f"cancel{turn}"))
        await ready
        took.append(await cancelled(job))
    return took


async def programs(engine: Engine, begin: Callable[[], Job]) -> list[float]:
    """Milliseconds of each of TURNS cancels, while ffmpeg works."""
    took = []
    for _ in range(TURNS):
        job = asyncio.ensure_future(begin())
        await until_ffmpeg_works(engine)
        took.append(await cancelled(job))
    return took


async def cancelled(job: asyncio.Future[Any]) -> float:
    """Milliseconds from the wish to the end, which is the death of every process of the job."""
    assert not job.done(), job
    began = time.monotonic()
    job.cancel()
    with suppress(asyncio.CancelledError):
        await job
    return 1000 * (time.monotonic() - began)


async def until_ffmpeg_works(engine: Engine) -> None:
    """Wait until a program has worked for a moment."""
    assert engine.presence is not None
    nursery = psutil.Process(engine.presence.pid)
    while not any(works(process) for process in nursery.children(recursive=True)):
        await asyncio.sleep(LOOK)
    await asyncio.sleep(WORKED)


def works(process: psutil.Process) -> bool:
    """Whether a process is ffmpeg, and still there."""
    with suppress(psutil.NoSuchProcess):
        return process.name().startswith("ffmpeg")
    return False


def made(folder: Path) -> Path:
    """A folder, which is made when it is missing."""
    folder.mkdir(exist_ok=True)
    return folder


async def carry(engine: Engine, url: str, folder: Path) -> None:
    """Probe and fetch one link, as a worker does."""
    async with engine.open(Order(url, allowed_networks=LOOPBACK), folder) as child:
        await child.probe()
        await child.fetch(lambda done, total, rate: None)
