"""Does the memory of a worker and of the nursery grow with the jobs?

python -m bench.engine.growth ADDRESS FOLDER JOBS    says what both held after every few jobs
"""

import asyncio
import gc
import json
import sys
from pathlib import Path
from statistics import linear_regression

import psutil
import uvloop

from bench.engine.places import site_process
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from tests.sandbox.site.server import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
#: Jobs, of them the first that warm things up, and between two looks; at once.
JOBS, WARM, EVERY, AT_ONCE = 2000, 500, 50, 8
FILM = "/small.mp4"


async def measure(folder: Path, jobs: int = JOBS) -> dict[str, float]:
    """KiB that a thousand jobs add, by the best straight line through what was held."""
    async with site_process() as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.engine.growth", address, str(folder), str(jobs)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    held = json.loads(out.splitlines()[-1])
    return {
        f"{who}_growth_kib_per_1000_jobs": 1000 * slope([row[0] for row in held], column)
        for who, column in (
            ("worker", [row[1] for row in held]),
            ("nursery", [row[2] for row in held]),
        )
    }


def slope(jobs: list[int], kib: list[float]) -> float:
    """KiB more with each job, by linear regression."""
    return linear_regression(jobs, kib).slope


async def carry(address: str, folder: Path, jobs: int) -> list[tuple[int, float, float]]:
    """(jobs so far, KiB of this worker, KiB of the nursery), once they are warm."""
    engine = Engine(folder / "run", linger=0.5)
    await engine.start()
    assert engine.presence is not None
    worker, nursery = psutil.Process(), psutil.Process(engine.presence.pid)
    held = []
    for done in range(0, jobs, EVERY):
        if done >= min(WARM, jobs // 4):
            gc.collect()
            held.append((done, anonymous(worker), anonymous(nursery)))
        await some(engine, address, folder)
    await engine.close()
    return held


async def some(engine: Engine, address: str, folder: Path) -> None:
    """Carry jobs until there are EVERY more."""
    rooms = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with (
            rooms,
            engine.open(
                Order(address + FILM, allowed_networks=LOOPBACK), folder / f"{number}"
            ) as child,
        ):
            await child.probe()
            await child.fetch(lambda done, total, rate: None)

    await asyncio.gather(*map(one, range(EVERY)))


def anonymous(process: psutil.Process) -> float:
    """KiB that a process holds alone or shares with its children, files apart (proc(5))."""
    with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as lines:
        return float(next(line.split()[1] for line in lines if line.startswith("Anonymous:")))


if __name__ == "__main__":
    address, place, count = sys.argv[1:]
    print(json.dumps(uvloop.run(carry(address, Path(place), int(count)))), flush=True)
