"""Deaths and stops of each process of the product."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

import psutil

from tests.chaos.troubles.trouble_parts import (
    Play,
    Recovered,
    Unmet,
    accepts,
    delivers,
    fetches,
)

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

#: Seconds that a victim has lived: supervisord gives up on what dies twenty times in a row before
#: it counts as started (3 s), which is right, and not what is tried here.
OLD_ENOUGH = 4.0
#: Seconds until somebody is there to be met.
MEETS = 12.0
#: Seconds that a stopped process stands still: shorter and longer than a beat is waited for.
STOPPED = {"bot": (1.0, 8.0), "child": (1.0, 6.0), "supervisord": (2.0, 10.0)}
USUALLY = (1.0, 20.0)

#: Those without which nothing is downloaded, while all that is known is delivered.
ENGINE = ("nursery", "child")

Find = Callable[["Storm"], list[int]]


def pids(kind: str) -> Find:
    def found(storm: "Storm") -> list[int]:
        return [one.pid for one in storm.watch.kept(kind, OLD_ENOUGH)]

    return found


def nurseries(storm: "Storm") -> list[int]:
    return [one.pid for one in storm.watch.nurseries()]


def children(storm: "Storm") -> list[int]:
    return [one.pid for one in storm.watch.children()]


def supervisors(storm: "Storm") -> list[int]:
    pid = storm.watch.supervisor()
    return [pid] if pid else []


VICTIMS: dict[str, Find] = {
    "worker": pids("worker"),
    "bot": pids("bot"),
    "keeper": pids("keeper"),
    "watch": pids("watch"),
    "nursery": nurseries,
    "child": children,
    "supervisord": supervisors,
}


async def victim(storm: "Storm", kind: str, dice: Random) -> int:
    """One process of a kind, once there is one. Raises Unmet."""
    draw = dice.random()
    loop = asyncio.get_running_loop()
    end = loop.time() + MEETS
    while not (found := VICTIMS[kind](storm)):
        if loop.time() > end:
            raise Unmet(kind)
        await asyncio.sleep(0.05)
    return found[int(draw * len(found))]


def kill(kind: str) -> Play:
    async def play(storm: "Storm", dice: Random) -> Recovered:
        pid = await victim(storm, kind, dice)
        title = title_of(storm, pid)
        send(pid, signal.SIGKILL)
        if kind == "bot":
            return accepts(storm)
        return (lambda: follows(storm, title, pid)) if title else works(storm, kind)

    return play


def stop(kind: str) -> Play:
    """SIGSTOP, and after a while SIGCONT. Somebody may have killed it meanwhile."""

    async def play(storm: "Storm", dice: Random) -> Recovered:
        pid = await victim(storm, kind, dice)
        send(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(dice.uniform(*STOPPED.get(kind, USUALLY)))
        finally:
            send(pid, signal.SIGCONT)
        return accepts(storm) if kind == "bot" else works(storm, kind)

    return play


def works(storm: "Storm", kind: str) -> Recovered:
    """What is seen of a process's work: of the engine's, that it downloads again."""
    return fetches(storm) if kind in ENGINE else delivers(storm)


async def kill_supervisord(storm: "Storm", dice: Random) -> Recovered:
    """Who started it starts it again, as systemd does."""
    send(await victim(storm, "supervisord", dice), signal.SIGKILL)
    await storm.stack.starts_again()
    return delivers(storm)


def title_of(storm: "Storm", pid: int) -> str:
    return next((title for title, one in storm.watch.processes.items() if one.pid == pid), "")


def follows(storm: "Storm", title: str, pid: int) -> bool:
    """Whether another process runs under this name."""
    one = storm.watch.processes.get(title)
    return one is not None and one.state == "RUNNING" and one.pid not in (0, pid)


def send(pid: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError, psutil.Error):
        os.kill(pid, signum)
