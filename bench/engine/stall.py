"""How long a worker's event loop stands still while it carries many downloads: with children of the
nursery, and with yt-dlp in threads of the same process, as most bots have it.

    python -m bench.engine.stall engine|threads ADDRESS FOLDER    says the worst in milliseconds
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvloop

from bench.engine.places import site_process
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from tests.sandbox.site.server import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
DOWNLOADS, ROUNDS = 32, 2
#: Seconds between two ticks.
TICK = 0.005
#: A film of 7 MB at 500 kB a second.
SLOW = "/slow/long.mp4?rate=500000"


async def measure(folder: Path) -> dict[str, float]:
    """The worst stalls, the better of some rounds each: other work on the machine only adds."""
    async with site_process() as address:
        worst = {
            how: min([await one(how, address, folder) for _ in range(ROUNDS)])
            for how in ("engine", "threads")
        }
    return {
        "stall_max_ms": worst["engine"],
        "threads_stall_max_ms": worst["threads"],
        "vs_threads_stall": worst["engine"] / worst["threads"],
    }


async def one(how: str, address: str, folder: Path) -> float:
    """Milliseconds, measured in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.engine.stall", how, address, str(folder / f"stall-{how}")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return float(json.loads(out.splitlines()[-1]))


class Ticker:
    """Wants to run every TICK seconds, and notes how late it was."""

    def __init__(self) -> None:
        self.late = 0.0

    async def run(self) -> None:
        """Wake up at every TICK, for ever, and keep how late the latest was."""
        due = time.monotonic() + TICK
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            now = time.monotonic()
            self.late, due = max(self.late, now - due), max(now, due) + TICK


async def watched(work: Any) -> float:
    """Milliseconds by which the loop was late at most while `work` went on."""
    ticker = Ticker()
    ticking = asyncio.create_task(ticker.run())
    await work
    ticking.cancel()
    return 1000 * ticker.late


async def engine(address: str, folder: Path) -> float:
    """Seconds for which the loop stood still at most while children download."""
    engine = Engine(folder / "run", linger=0.5)
    await engine.start()

    async def download(number: int) -> None:
        order = Order(address + SLOW, allowed_networks=LOOPBACK)
        async with engine.open(order, folder / str(number)) as child:
            await child.probe()
            await child.fetch(lambda done, total, rate: None)

    try:
        return await watched(asyncio.gather(*map(download, range(DOWNLOADS))))
    finally:
        await engine.close()


async def threads(address: str, folder: Path) -> float:
    """The same while yt-dlp downloads in threads of this process."""
    import yt_dlp

    def download(number: int) -> None:
        quiet = {"quiet": True, "no_warnings": True, "noprogress": True, "cachedir": False}
        options = {**quiet, "outtmpl": f"{folder}/{number}.%(ext)s"}
        with yt_dlp.YoutubeDL(options) as ydl:
            ydl.download([address + SLOW])

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(DOWNLOADS) as pool:
        jobs = [loop.run_in_executor(pool, download, number) for number in range(DOWNLOADS)]
        return await watched(asyncio.gather(*jobs))


if __name__ == "__main__":
    how, address, place = sys.argv[1:]
    Path(place).mkdir(parents=True, exist_ok=True)
    way = {"engine": engine, "threads": threads}[how]
    print(json.dumps(uvloop.run(way(address, Path(place)))), flush=True)
