"""`make bench-upload`: every figure beside its goal, and one JSON line at the end."""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import foundation
from bench.upload.goals import GOALS, Figures, met
from procs.core.ffmpeg import tools
from tests.sandbox.sandbox_server import Server
from tests.sandbox.site import files
from tests.sandbox.stack import ROOT, TOKEN, Stack
from tests.sandbox.telegram.control import Control

MIB = 1 << 20
GIB = 1 << 30
#: Bytes of the file; what is measured with a far server, and with a dropped connection, is shorter.
WHOLE, QUICK = 512 * MIB, 64 * MIB
#: How often each upload is done, in turns; the median counts.
ROUNDS = 3
#: Seconds by which a far server's acknowledgements are late.
LATE = 0.05
FOREVER = 1 << 30
#: Bytes of what is streamed, and bytes a second down and up.
LARGE, RATE = 100_000_000, 10_000_000
#: The film of two streams: so many seconds, so many times.
SECONDS, TIMES = 30, 14


class Bench:
    """A Telegram that keeps nothing, and uploads to it, each in a process of its own."""

    def __init__(self, home: Path, size: int) -> None:
        self.home = home
        self.size = size
        self.file = home / "film.bin"
        where = str(home / "telegram")
        self.server = Server("tests.sandbox.telegram", "--home", where, "--token", TOKEN, "--sink")

    async def measure(self) -> Figures:
        """Speeds near and far beside the library's, and what a lost connection costs."""
        write(self.file, self.size)
        await self.server.start()
        try:
            async with Control(self.server.facts["control"]) as telegram:
                near = await self.rounds("near")
                await telegram.delays("upload.*", LATE, times=FOREVER)
                far = await self.rounds("50 ms late")
                await telegram.heals()
                loss = await self.loss(telegram)
        finally:
            await self.server.stop()
        return {**compared(near, far, self.size), "reconnect_loss_s": loss}

    async def rounds(self, title: str) -> dict[str, dict[str, float]]:
        """The medians of our upload and the library's."""
        runs: dict[str, list[dict[str, float]]] = {"library": [], "ours": []}
        for _ in range(ROUNDS):
            for who, done in runs.items():
                done.append(await self.upload(who))
                speed = self.size / MIB / done[-1]["took"]
                print(f"  {title:<12}{who:<10}{speed:>8.1f} MiB/s{done[-1]['cpu']:>8.2f} CPU s")
        return {who: median(done) for who, done in runs.items()}

    async def loss(self, telegram: Control) -> float:
        """Seconds without an acknowledged part, when all connections drop amid an upload."""
        before = len(await telegram.calls("upload.*"))
        carrying = asyncio.create_task(self.upload("ours"))
        parts = self.size // MIB
        await telegram.called("upload.*", times=before + parts, timeout=60)
        await telegram.drops_connections()
        return (await carrying)["gap"]

    async def upload(self, who: str) -> dict[str, float]:
        """One upload in a process of its own, by `ours` or the `library`: its figures."""
        facts = self.server.facts
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.upload.carrier", who, "--file", str(self.file)),
            *("--address", facts["address"], "--key", facts["key"]),
            *("--home", str(self.home / who)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        figures: dict[str, float] = json.loads(out.splitlines()[-1])
        return figures


def write(path: Path, size: int) -> None:
    """Write so many random bytes."""
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))


def median(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over some runs."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def compared(near: dict[str, Any], far: dict[str, Any], size: int) -> Figures:
    """Ours beside the library's: speeds, CPU, memory."""
    ours, library = near["ours"], near["library"]
    return {
        "speed_mib_s": size / MIB / ours["took"],
        "speed_vs_library": library["took"] / ours["took"],
        "speed_vs_library_50ms": far["library"]["took"] / far["ours"]["took"],
        "cpu_s_per_gib": ours["cpu"] * GIB / size,
        "cpu_vs_library": ours["cpu"] / library["cpu"],
        "rss_anon_mib_above_start": max(ours["rss"], far["ours"]["rss"]) / MIB,
    }


async def delivery() -> Figures:
    """From a known link to its media in the chat, on the whole stack."""
    async with Stack() as stack:
        took = await foundation.cached(stack)
    stack.remove()
    return {"cached_delivery_ms": took["cached_p50_ms"]}


async def streams() -> Figures:
    """From a link to its media in the chat, a large one at equal rates down and up: one after the
    other, and while it still comes down; a plain file, and a film in two streams."""
    plain = await both("plain", f"/small.mp4?pad={LARGE}&rate={RATE}")
    film = await asyncio.to_thread(large_film)
    try:
        address = f"/apart/{film.name}/film.html?seconds={SECONDS * TIMES}&rate={RATE}"
        merged = await both("merged", address)
    finally:
        shutil.rmtree(film)
    return {
        "stream_vs_sequential": plain["streamed"] / plain["sequential"],
        "stream_merged_vs_sequential": merged["streamed"] / merged["sequential"],
        "sequential_s": plain["sequential"],
        "streamed_s": plain["streamed"],
        "sequential_merged_s": merged["sequential"],
        "streamed_merged_s": merged["streamed"],
    }


async def both(title: str, path: str) -> dict[str, float]:
    """Seconds until a media of the site is in the chat, by either way."""
    took = {}
    ways: dict[str, dict[str, Any]] = {"sequential": {}, "streamed": {"stream_from": "50MiB"}}
    for way, settings in ways.items():
        async with Stack(None, judged=True, beside=None, **settings) as stack:
            await stack.telegram.throttles(RATE)
            ann = await stack.telegram.person("Ann")
            await ann.starts()
            took[way] = await foundation.arrives(stack, ann, path)
            print(f"  {LARGE / 1e6:.0f} MB {title:<8}{way:<12}{took[way]:>8.2f} s")
            assert (way == "streamed") == ("upload.streamed" in stack.log("worker"))
        stack.remove()
    return took


def large_film() -> Path:
    """A folder of the site with a film of `LARGE` bytes in two streams: its short one, over and
    over."""
    site = files.folder()
    place = Path(tempfile.mkdtemp(prefix="large-", dir=site / "apart"))
    again = ("-v", "error", "-stream_loop", str(TIMES - 1), "-i", str(site / "long.mp4"))
    for part, name in ((("-an", *files.PIECES), "picture.mp4"), (("-vn",), "sound.m4a")):
        argv = [tools().ffmpeg, *again, *part, "-c", "copy", str(place / name)]
        subprocess.run(argv, check=True)
    return place


async def measure(home: Path, *, quick: bool) -> Figures:
    """All figures by their names; None for one that was not measured."""
    figures: Figures = dict.fromkeys(GOALS)
    figures |= await Bench(home, QUICK if quick else WHOLE).measure()
    return figures | await delivery() | await streams()


def verdict(name: str, value: float | None) -> str:
    """The goal of a figure and whether it is reached; nothing for one without a goal."""
    if name not in GOALS:
        return ""
    return f"goal {GOALS[name]}  {'ok' if met(name, value) else 'MISSED'}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.upload", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small file, for development")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bu-"))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        figures = asyncio.run(measure(home, quick=asked.quick))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for name, value in figures.items():
        shown = "not measured" if value is None else f"{value:.3f}"
        print(f"{name:<26}{shown:>14}  {verdict(name, value)}".rstrip())
    rounded = {name: value and round(value, 4) for name, value in figures.items()}
    print(json.dumps(rounded))
    return 0 if all(met(name, figures[name]) for name in GOALS) else 1


if __name__ == "__main__":
    sys.exit(main())
