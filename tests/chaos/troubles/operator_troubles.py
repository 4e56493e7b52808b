"""What an operator does in the middle of it: a restore, an upgrade, a restart of everything."""

import asyncio
import shutil
import time
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.troubles.trouble_parts import Recovered, Unmet, accepts, delivers

if TYPE_CHECKING:
    from tests.chaos.storm import Storm

#: Seconds between the backup and the restore of it.
SINCE = (3.0, 8.0)
#: Seconds that an upgrade may take: it waits two minutes for what is not in.
LONGEST = 420.0
#: Exit codes of an upgrade: done; it went back; something is not in after two minutes.
UPGRADED, WENT_BACK = (0, 1, 3), 1


async def restored(storm: "Storm", dice: Random) -> Recovered:
    """A backup is taken while all runs; what is done afterwards with buttons is lost with the rest
    of what the database knew, and nothing else."""
    stack = storm.stack
    began = time.time()
    code, said = await stack.says("backup", "now")
    if code:
        raise Unmet(said)
    await asyncio.sleep(dice.uniform(*SINCE))
    await stack.down()
    code, said = await stack.says("restore", "latest")
    assert code == 0, said
    storm.restored.append((began, time.time()))
    for left in stack.state.glob("*.before-*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    await stack.up()
    return delivers(storm)


async def upgraded(storm: "Storm", dice: Random) -> Recovered:
    """A program of the same version is taken into use: backup, trial, and one process after the
    other, while everything else goes wrong. One that gives up leaves the rest serving."""
    await upgrade(storm)
    return accepts(storm)


async def upgraded_once(storm: "Storm") -> None:
    """An upgrade that gave up each time it was tried, because something else went wrong beside it,
    comes through when nothing does."""
    if set(storm.upgrades) == {WENT_BACK}:
        try:
            assert await upgrade(storm) == 0
        except (AssertionError, TimeoutError):
            storm.times.never["upgrade"] += 1


async def upgrade(storm: "Storm") -> int:
    """Run the command, and note how it ended: its exit code. Raises AssertionError for any other
    end, and TimeoutError."""
    process = await storm.stack.command("upgrade", to=asyncio.subprocess.PIPE)
    try:
        out, _ = await asyncio.wait_for(process.communicate(), LONGEST)
    except TimeoutError:
        process.kill()
        raise
    code = process.returncode or 0
    assert code in UPGRADED, out.decode()
    last = (out.decode().strip().splitlines() or [""])[-1]
    storm.counts[f"upgrade: exit code {code}: {last[:90]}"] += 1
    storm.upgrades.append(code)
    return code
