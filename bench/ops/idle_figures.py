"""What the whole stack costs while nobody asks anything, the monitor and metrics included, and how
long it takes from the command until it serves."""

import asyncio
import time

from bench import foundation
from tests.sandbox.stack import Stack

GOALS = {"idle_cpu_percent": 0.5, "idle_pss_mib": foundation.GOALS["idle_pss_mib"], "start_s": 15.0}


def measure() -> dict[str, float]:
    """All figures by their names."""
    return asyncio.run(of_stack())


async def of_stack() -> dict[str, float]:
    """Memory and CPU of the idle stack, and seconds of a start."""
    async with Stack() as stack:
        figures = await foundation.idle(stack)
        await stack.down()
        began = time.monotonic()
        await stack.up()
        figures["start_s"] = time.monotonic() - began
    stack.remove()
    return figures
