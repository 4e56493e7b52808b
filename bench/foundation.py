"""The figures that a person and a small server feel, on the whole stack.

first answer to a link while all rooms are full · a known link from the cache · the gap between
a recycled worker and its replacement · memory and CPU of the idle stack
"""

import asyncio
import re
import statistics
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from procs.core.clock import now
from procs.store.reports import system_report
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, SLOW, Stack

#: How often each thing is done.
ANSWERS = 40
DELIVERIES = 40
RECYCLES = 12
#: Seconds over which the idle stack is watched.
IDLE = 30.0
WARM_UP = 15.0

GOALS = {
    "answer_p95_s": 1.0,
    "recycle_gap_p95_s": 0.5,
    "idle_pss_mib": 400.0,
    "idle_cpu_percent": 1.0,
}


async def measure() -> dict[str, float]:
    """Every figure by its name."""
    figures: dict[str, float] = {}
    async with Stack() as stack:
        figures |= await idle(stack)
        figures |= await cached(stack)
        figures |= await answers(stack)
    stack.remove()
    async with Stack(recycle_after="1") as stack:
        figures |= await gaps(stack)
    stack.remove()
    return figures


async def idle(stack: Stack) -> dict[str, float]:
    """Memory (proportional set size: shared pages counted once) and CPU of all our processes."""
    await asyncio.sleep(WARM_UP)
    before, began = busy(stack), time.monotonic()
    await asyncio.sleep(IDLE)
    share = (busy(stack) - before) / (time.monotonic() - began)
    return {"idle_pss_mib": memory(stack) / 1024**2, "idle_cpu_percent": 100 * share}


def processes(stack: Stack) -> list[psutil.Process]:
    """All processes of the stack, supervisord first."""
    root = psutil.Process(stack.supervisor.pid())
    return [root, *root.children(recursive=True)]


def busy(stack: Stack) -> float:
    """CPU seconds that the living processes have used."""
    times = [process.cpu_times() for process in processes(stack)]
    return sum(one.user + one.system for one in times)


def memory(stack: Stack) -> int:
    """Bytes of all processes (PSS)."""
    return sum(pss(process.pid) for process in processes(stack))


def pss(pid: int) -> int:
    """Bytes of one process: pages that several share count in parts (proc_pid_smaps(5))."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


async def cached(stack: Stack) -> dict[str, float]:
    """From a known link to the media in the chat. Everybody asks once: the second message to one
    chat within a second waits for the pace that Telegram asks for, and that is not ours to beat."""
    return {"cached_p50_ms": 1000 * statistics.median(await deliveries(stack, "Ann"))}


async def deliveries(stack: Stack, name: str) -> list[float]:
    """Seconds from a known link to its media, each for somebody else."""
    first, *others = [await meets(stack, f"{name} {number}") for number in range(DELIVERIES + 1)]
    await arrives(stack, first, CLIP)
    return [await arrives(stack, person, CLIP) for person in others]


async def meets(stack: Stack, name: str) -> Person:
    """Somebody new, whom the bot has greeted."""
    person = await stack.telegram.person(name)
    hello = await person.starts()
    await person.sees(lambda m: m.id > hello.id, timeout=60)
    return person


async def arrives(stack: Stack, person: Any, path: str) -> float:
    """Seconds from a link to its media, by Telegram's clock of the two messages."""
    sent = await person.sends(stack.url(path))
    got = await person.sees(lambda m: m.media and m.reply == sent.id, timeout=60)
    return float(got.at - sent.at)


async def answers(stack: Stack) -> dict[str, float]:
    """From a link to its status message, while every room for downloads is taken."""
    rooms = 4 * 2 * 2
    for number in range(rooms):
        busy_one = await stack.telegram.person(f"Busy {number}")
        await busy_one.starts()
        await busy_one.sends(stack.url(f"{SLOW}?rate=20000&n={number}"))
    await stack.until(lambda: running(stack) >= 8)
    took = [await answered(stack, number) for number in range(ANSWERS)]
    return {"answer_p50_s": statistics.median(took), "answer_p95_s": p95(took)}


def running(stack: Stack) -> int:
    """Downloads that run now."""
    return system_report.overview(stack.db, now=now()).jobs["heavy"].get("leased", 0)


async def answered(stack: Stack, number: int) -> float:
    """Seconds from a new person's link to the first answer."""
    asker = await stack.telegram.person(f"Asker {number}")
    await asker.starts()
    sent = await asker.sends(stack.url(f"{CLIP}?n={number}"))
    status = await asker.sees(lambda m: m.reply == sent.id, timeout=60)
    return float(status.at - sent.at)


async def gaps(stack: Stack) -> dict[str, float]:
    """Between a recycled worker's leave and the moment its successor serves."""
    ann = await stack.telegram.person("Ann")
    await ann.starts()
    while stack.log("worker").count("worker.recycled") < RECYCLES:
        await arrives(stack, ann, CLIP)
        # A program that asks again within the milliseconds until the delivery is noted is told that
        # the link is on its way.
        await stack.until(lambda: not on_the_way(stack))
    return {"recycle_gap_p95_s": p95(handovers(stack.log("worker"))), "recycles": float(RECYCLES)}


def on_the_way(stack: Stack) -> int:
    """Requests that are not over."""
    return stack.log("bot").count("request.received") - stack.log("worker").count(
        "request.delivered"
    )


LINE = re.compile(r"^(\S+)Z INFO +(worker\.leaving|worker\.serving)", re.MULTILINE)


def handovers(log: str) -> list[float]:
    """Seconds from giving a post away to the successor's serving at it. The leaver goes on
    claiming meanwhile, so nothing waits even for so long."""
    events = sorted((datetime.fromisoformat(at), word) for at, word in LINE.findall(log))
    left, found = [], []
    for at, word in events:
        if word == "worker.leaving":
            left.append(at)
        elif left:
            found.append((at - left.pop(0)).total_seconds())
    return found


def p95(values: list[float]) -> float:
    """The value that one in twenty exceeds."""
    return sorted(values)[round(0.95 * (len(values) - 1))]
