"""Runs one whole stack and measures it as it is told, a line at a time.

    PYTHONPATH=TREE python bench/film/film_stack.py

Imports nothing of its own tree: so it measures the product of whatever commit lies in TREE. Each
line of the input is `NAME COUNT`, and is answered with one line of JSON.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from tests.sandbox.stack import CLIP, SLOW, Stack

TICK = os.sysconf("SC_CLK_TCK")
#: Seconds that one film may take on a busy machine, and downloads have time to begin.
PATIENCE, SETTLED = 120.0, 3.0
#: Seconds of quiet before and after, so that what a film leaves to do is counted with it.
QUIET = 1.5
#: Seconds from one person's media to the next person's link: all messages of a bot are paced at 25
#: a second, which known links asked for without a break would wait for.
BREAK = 0.1
#: Downloads at once of which the children are weighed; each takes a minute.
RATE = 20_000


class FilmStack:
    """One stack with people who ask, each once: a second message to one chat within a second waits
    for the pace that Telegram asks for."""

    def __init__(self, stack: Any) -> None:
        self.stack = stack
        self.asked = 0
        self.groups = 0

    async def people(self, count: int) -> list[Any]:
        """Persons who have been greeted."""
        self.groups += 1
        persons = [await self.stack.telegram.person(f"P{self.groups}-{i}") for i in range(count)]
        for person in persons:
            hello = await person.starts()
            await person.sees(lambda m, after=hello.id: m.id > after, timeout=PATIENCE)
        return persons

    async def films(self, count: int) -> dict[str, Any]:
        """New films, one after the other: CPU of all processes by kind, and time."""
        paths = []
        for _ in range(count):
            self.asked += 1
            paths.append(f"{CLIP}?n={self.asked}")
        return await self.measured(paths, at_once=False)

    async def known(self, count: int) -> dict[str, Any]:
        """The same link from others, which Telegram holds already."""
        (first,) = await self.people(1)
        await self.arrives(first, f"{CLIP}?n=known")
        return await self.measured([f"{CLIP}?n=known"] * count, at_once=False)

    async def burst(self, count: int) -> dict[str, Any]:
        """New films, all at once."""
        self.asked += count
        paths = [f"{CLIP}?n={self.asked - i}" for i in range(count)]
        return await self.measured(paths, at_once=True)

    async def measured(self, paths: list[str], *, at_once: bool) -> dict[str, Any]:
        """Have one person ask for each path, one after the other or `at_once`: times and CPU in
        ms."""
        persons = await self.people(len(paths))
        await asyncio.sleep(QUIET)
        before, began = self.spent(), time.monotonic()
        pairs = list(zip(persons, paths, strict=True))
        if at_once:
            took = await asyncio.gather(*(self.arrives(*pair) for pair in pairs))
        else:
            took = [await self.arrives(*pair, rest=BREAK) for pair in pairs]
        await asyncio.sleep(QUIET)
        after, lasted = self.spent(), time.monotonic() - began
        cpu = {kind: 1000 * (after[kind] - before.get(kind, 0)) / len(paths) for kind in after}
        idle = lasted - sum(took)
        facts = {"p50_ms": 1000 * statistics.median(took), "last_ms": 1000 * max(took)}
        return {**facts, "cpu_ms": sum(cpu.values()), "by": cpu, "idle_s": idle}

    async def arrives(self, person: Any, path: str, *, rest: float = 0.0) -> float:
        """Seconds from a link to its media; `rest` is slept before."""
        await asyncio.sleep(rest)
        sent = await person.sends(self.stack.url(path))
        got = await person.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
        return float(got.at - sent.at)

    async def children(self, count: int) -> dict[str, Any]:
        """The memory of so many downloads at once."""
        persons = await self.people(count)
        self.asked += 1
        for number, person in enumerate(persons):
            await person.sends(self.stack.url(f"{SLOW}?rate={RATE}&n={self.asked}-{number}"))
        await self.stack.until(lambda: len(self.jobs()) >= count, PATIENCE)
        await asyncio.sleep(SETTLED)
        jobs = self.jobs()
        each = [pss(job.pid) for job in jobs]
        whole = sum(pss(one.pid) for one in [*self.processes(), *jobs])
        return {"child_pss_mib": statistics.mean(each), "all_pss_mib": whole, "n": len(jobs)}

    async def idle(self, settled: int) -> dict[str, Any]:
        """The memory of the stack after so many seconds in which nobody asks."""
        await asyncio.sleep(settled)
        return {"all_pss_mib": sum(pss(one.pid) for one in self.processes())}

    def processes(self) -> list[psutil.Process]:
        """All but the nursery's children, each once, wherever the nursery hangs in the tree."""
        root, jobs = psutil.Process(self.stack.supervisor.pid()), set(self.jobs())
        return list({root, *root.children(recursive=True), *self.nurseries()} - jobs)

    def nurseries(self) -> list[psutil.Process]:
        """The nursery is nobody's child."""
        run = str((self.stack.state / "run").resolve())
        found = (p for p in psutil.process_iter(["cmdline"]) if run in (p.info["cmdline"] or ()))
        tops = [p for p in found if "procs.engine.nursery.main" in p.cmdline()]
        return [p for p in tops if p.ppid() not in {one.pid for one in tops}]

    def jobs(self) -> list[psutil.Process]:
        """The children that serve a job now."""
        return [job for top in self.nurseries() for job in top.children()]

    def spent(self) -> dict[str, float]:
        """CPU seconds so far by kind of process. The nursery's dead children are `child`."""
        sums: dict[str, float] = {}
        for process in self.processes():
            own, children = times(process.pid)
            words = " ".join(process.cmdline())
            kinds = ("nursery", "bot", "worker", "keeper", "watch")
            kind = next((k for k in kinds if f"procs.{k}" in words or f".{k}." in words), "other")
            sums[kind] = sums.get(kind, 0) + own
            heirs = "child" if kind == "nursery" else kind
            sums[heirs] = sums.get(heirs, 0) + children
        return sums


def times(pid: int) -> tuple[float, float]:
    """CPU seconds of a process, by its own clock, since ticks would round fifteen links by a
    millisecond each; and of its children that were waited for, by ticks (proc(5))."""
    heirs = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return time.clock_gettime(cpu_clock(pid)), sum(int(one) / TICK for one in heirs)


def cpu_clock(pid: int) -> int:
    """The clock of the CPU time of a process, its dead threads included (clock_getcpuclockid(3),
    which Python lacks)."""
    return (~pid << 3) | 2


def pss(pid: int) -> float:
    """MiB, shared pages counted once."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024


async def main() -> None:
    """Answer one line after the other."""
    stack = Stack(max_concurrent_downloads="32")
    stack.state.mkdir(mode=0o700)
    rules = stack.state / "sites.toml"
    rules.write_text("[default]\nconcurrency = 64\n")
    rules.chmod(0o600)
    async with stack:
        films = FilmStack(stack)
        print(json.dumps({"ready": True}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, count = line.split()
            print(json.dumps(await getattr(films, name)(int(count))), flush=True)
    stack.remove()


if __name__ == "__main__":
    asyncio.run(main())
