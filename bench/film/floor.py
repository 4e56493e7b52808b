"""What a known link costs the barest bots on the same library, which keep nothing.

    python -m bench.film.floor

The same people ask in the same rhythm as of a whole stack (`film_stack.py`).
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.film.contestants import ROOT
from bench.film.film_stack import BREAK, PATIENCE
from tests.sandbox.sandbox_server import Server
from tests.sandbox.stack import TOKEN
from tests.sandbox.telegram.control import Control

PROGRAM = str(Path(__file__).with_name("bare_bot.py"))
LINKS, QUIET = 30, 0.5
WAYS = ("raw", "usual")


async def measure() -> dict[str, float]:
    """CPU in ms for each link, and the time to its media (p50), of each way."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="cb") as home:
        words = ("--home", f"{home}/telegram", "--token", TOKEN)
        server = Server("tests.sandbox.telegram", *words)
        await server.start()
        try:
            async with Control(server.facts["control"]) as telegram:
                for way in WAYS:
                    cpu, took = await of_way(telegram, server, Path(home), way)
                    found |= {f"bare_{way}_cpu_ms": cpu, f"bare_{way}_p50_ms": took}
        finally:
            await server.stop()
    return found


async def of_way(telegram: Any, server: Server, home: Path, way: str) -> tuple[float, float]:
    """The two figures of one way."""
    folder = home / way
    folder.mkdir()
    facts = (server.facts["address"], server.facts["key"], TOKEN, str(folder), way)
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, PROGRAM, *facts),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert bot.stdout is not None
        await bot.stdout.readline()
        people = [await telegram.person(f"{way}{number}") for number in range(LINKS + 1)]
        for person in people:
            hello = await person.starts()
            await person.sees(lambda m, after=hello.id: m.id > after, timeout=PATIENCE)
        await asked(people[0])
        await asyncio.sleep(QUIET)
        before = spent(bot.pid)
        took = [await asked(person) for person in people[1:]]
        await asyncio.sleep(QUIET)
        return 1000 * (spent(bot.pid) - before) / LINKS, 1000 * statistics.median(took)
    finally:
        bot.kill()
        await bot.wait()


async def asked(person: Any) -> float:
    """Seconds from a person's link to their media, after a break."""
    await asyncio.sleep(BREAK)
    sent = await person.sends("https://example.org/film.mp4")
    got = await person.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
    return float(got.at - sent.at)


def spent(pid: int) -> float:
    """CPU seconds of a process and its threads, to the nanosecond (proc(5), schedstat)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in tasks) / 1e9


if __name__ == "__main__":
    for name, value in asyncio.run(measure()).items():
        print(f"{name} {value:.2f}")
    print(f"load {os.getloadavg()[0]:.1f}")
