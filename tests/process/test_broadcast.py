"""A broadcast by the real stack: everybody once, whoever is killed meanwhile."""

import asyncio
import random

import pytest

from procs.core import clock
from procs.records.broadcast_records import BroadcastState
from procs.store.broadcasts import broadcasts, recipients
from tests import store_broadcasts
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
#: Messages a second that the budget allows.
RATE = 25


def state(stack: Stack, number: int) -> BroadcastState:
    found = broadcasts.read(stack.db, number)
    assert found is not None
    return found.state


async def killed_again_and_again(stack: Stack, number: int, kills: int, apart: float) -> None:
    """Kill the worker that carries the broadcast, and now and then the bot."""
    for kill in range(kills):
        await asyncio.sleep(random.uniform(0.2, 1.8) * apart)
        if state(stack, number) is BroadcastState.DONE:
            return
        holder = stack.db.one(
            "SELECT w.pid FROM jobs j JOIN workers w ON w.id = j.worker WHERE j.kind = 'broadcast'"
        )
        stack.kill(holder[0] if holder and kill % 4 else stack.pid("bot"))


async def everybody_once(stack: Stack, people: int, kills: int, apart: float) -> None:
    text = f"News {people}"
    first, blocked, gone = await stack.telegram.crowd(people, blocked_each=10, gone_each=17)
    store_broadcasts.meet(stack.db, first, people, now=clock.now())
    number = store_broadcasts.begin(stack.db, text, now=clock.now())

    await killed_again_and_again(stack, number, kills, apart)
    patience = 60 + 3 * people / RATE
    await stack.until(lambda: state(stack, number) is BroadcastState.DONE, patience)

    active = people - blocked - gone
    assert await stack.telegram.crowd_got(first, people, text) == {1: active, 0: blocked + gone}
    found = broadcasts.read(stack.db, number)
    assert found is not None
    assert (found.counts.blocked, found.counts.gone) == (blocked, gone)
    assert found.counts.reached == people + len(await known(stack))
    assert recipients.left(stack.db, number) == []


async def known(stack: Stack) -> list[int]:
    """The people of other tests, who got it too."""
    rows = stack.db.all("SELECT id FROM users WHERE id < 7000000000")
    return [number for (number,) in rows]


async def test_a_killed_broadcast_reaches_everybody_once(healthy: Stack) -> None:
    await everybody_once(healthy, people=200, kills=4, apart=1.5)
