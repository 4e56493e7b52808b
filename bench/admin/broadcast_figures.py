"""A broadcast on the whole stack: how fast it is, what it costs, and what it takes from others.

Its rate beside the allowed one · the delay of a kept media beside it · CPU of all our processes for
each message
"""

import asyncio
import time

from bench.foundation import busy, deliveries, p95
from procs.core import clock
from procs.records.broadcast_records import Broadcast
from procs.store.broadcasts import broadcasts
from procs.telegram.message_limits import GLOBAL_GAP
from tests import store_broadcasts
from tests.sandbox.stack import Stack

#: People of the crowd: more than are reached while it is measured.
CROWD = 100_000
#: Seconds over which the rate and the CPU are measured, and over which the idle stack is.
STRETCH, IDLE = 30.0, 10.0

GOALS = {
    "broadcast_share": (0.95, None),
    "delivery_delay_p95_ms": (None, 1000.0),
    "broadcast_cpu_ms_per_message": (None, 4.0),
}


async def measure() -> dict[str, float]:
    """Every figure by its name."""
    async with Stack() as stack:
        first, *_ = await stack.telegram.crowd(CROWD)
        store_broadcasts.meet(stack.db, first, CROWD, now=clock.now())
        alone = await deliveries(stack, "Alone")
        rest = await cpu(stack, IDLE) / IDLE
        number = store_broadcasts.begin(stack.db, "News", now=clock.now())
        await stack.until(lambda: read(stack, number).counts.sent > 50)
        figures = await rate(stack, number, rest)
        beside = await deliveries(stack, "Beside")
    stack.remove()
    delays = [took - sorted(alone)[len(alone) // 2] for took in beside]
    return {**figures, "delivery_delay_p95_ms": 1000 * max(0.0, p95(delays))}


async def rate(stack: Stack, number: int, rest: float) -> dict[str, float]:
    """How many a second, and what each costs beyond what the stack takes when it rests."""
    before, began = read(stack, number).counts.sent, time.monotonic()
    used = await cpu(stack, STRETCH)
    sent, took = read(stack, number).counts.sent - before, time.monotonic() - began
    return {
        "broadcast_per_s": sent / took,
        "broadcast_share": sent / took * GLOBAL_GAP,
        "broadcast_cpu_ms_per_message": 1000 * (used - rest * took) / sent,
    }


async def cpu(stack: Stack, seconds: float) -> float:
    """CPU seconds of all our processes in a stretch of time."""
    before = busy(stack)
    await asyncio.sleep(seconds)
    return busy(stack) - before


def read(stack: Stack, number: int) -> Broadcast:
    """The row of a broadcast that exists."""
    found = broadcasts.read(stack.db, number)
    assert found is not None
    return found
