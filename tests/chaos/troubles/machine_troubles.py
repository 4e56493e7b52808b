"""What befalls the machine: a full disk, a clock that is set, a database that others use."""

import asyncio
import sys
import time
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.troubles.trouble_parts import (
    Impossible,
    Play,
    Recovered,
    Unmet,
    accepts,
    delivers,
    fetches,
)

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

#: Seconds that the disk is full, that the clock is wrong, and by how much it may be.
FULL, WRONG, JUMP = (2.0, 8.0), (2.0, 8.0), (20.0, 7200.0)
#: Seconds for which a shell has the database locked, or somebody reads one state of it.
LOCKED, READS = 20.0, (10.0, 25.0)
#: A shell that writes, or reads, and does not come to its end.
SHELL = """
import sqlite3, sys, time
with sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30) as shell:
    shell.execute(sys.argv[2])
    shell.execute("SELECT COUNT(*) FROM jobs").fetchall()
    print("has it", flush=True)
    time.sleep(float(sys.argv[3]))
    shell.execute("ROLLBACK")
"""


async def full_disk(storm: "Storm", dice: Random) -> Recovered:
    """Filled to the last byte, and again as soon as something is freed. What was written for it
    meanwhile may have been refused, with the reason."""
    disk = storm.stack.disk
    if not disk.mounted:
        raise Impossible("it needs a disk of its own, which only root may mount")
    began, end = time.time(), time.monotonic() + dice.uniform(*FULL)
    try:
        while time.monotonic() < end:
            await asyncio.to_thread(disk.fill)
            await asyncio.sleep(0.2)
    finally:
        disk.free()
        storm.crowded_disk.append((began, time.time()))
    return fetches(storm)


def clock(sign: int) -> Play:
    """The wall clock is set, and after a while set right."""

    async def play(storm: "Storm", dice: Random) -> Recovered:
        if not storm.stack.wall_clock.environment:
            raise Impossible("it needs a C compiler, for the library that sets the clock")
        seconds = sign * dice.uniform(*JUMP) ** dice.uniform(0.3, 1.0)
        storm.stack.wall_clock.jump(seconds)
        try:
            await asyncio.sleep(dice.uniform(*WRONG))
        finally:
            storm.stack.wall_clock.jump(-seconds)
        return accepts(storm)

    return play


async def shell(storm: "Storm", statement: str, seconds: float) -> None:
    """Somebody opens the database in a shell, and goes for a coffee."""
    path = str(storm.stack.state / "chapar.db")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SHELL, path, statement, str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if b"has it" not in (await process.communicate())[0]:
        raise Unmet("the database was never free")


async def locked(storm: "Storm", dice: Random) -> Recovered:
    await shell(storm, "BEGIN IMMEDIATE", LOCKED)
    return accepts(storm)


async def snapshot(storm: "Storm", dice: Random) -> Recovered:
    """A reader keeps one state of the database, so that its log cannot be moved into it."""
    await shell(storm, "BEGIN", dice.uniform(*READS))
    return delivers(storm)
