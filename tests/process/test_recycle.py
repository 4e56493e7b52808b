"""Workers that recycle under load: serving never dips, nobody signs in again, no job is lost."""

import asyncio
import contextlib
import itertools

import pytest

from tests import request_record
from tests.process.conftest import gets
from tests.sandbox.stack import CLIP, PATIENCE, Stack

PEOPLE = 6
#: The load goes on until so many workers have recycled, however fast the machine is.
RECYCLED = 3
#: The bot's, and one for each slot: two that serve and the spare's.
SESSIONS = 4
#: Seconds between two counts of who serves.
COUNT = 0.02


@pytest.mark.long
async def test_recycling_under_load_never_serves_with_fewer_than_n() -> None:
    async with Stack(recycle_after="3") as stack:
        await stack.telegram.called("auth.importBotAuthorization", times=SESSIONS, timeout=30)
        lowest = asyncio.create_task(fewest(stack))
        async with asyncio.TaskGroup() as people:
            for number in range(PEOPLE):
                people.create_task(busy(stack, number))
        lowest.cancel()

        assert await lowest >= 2
        await stack.until(lambda: states(stack) == {"delivered"})
        assert await stack.telegram.sign_ins() == SESSIONS
        assert await stack.telegram.calls(result="AUTH_KEY_DUPLICATED") == []
    stack.remove()


def states(stack: Stack) -> set[str]:
    return {row.state for row in request_record.latest(stack.db, 500)}


async def fewest(stack: Stack) -> int:
    """The fewest workers that ever had a post at one moment, until cancelled."""
    lowest = 99
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            lowest = min(lowest, len(stack.serving()))
            await asyncio.sleep(COUNT)
    return lowest


async def busy(stack: Stack, number: int) -> None:
    """One person's links, one after the other, each answered with its media."""
    person = await stack.telegram.person(f"Busy {number}")
    await person.starts()
    async with asyncio.timeout(PATIENCE):
        for link in itertools.count():
            sent = await person.sends(stack.url(f"{CLIP}?n={number}-{link}"))
            await gets(person, sent)
            if stack.log("worker").count("worker.recycled ") >= RECYCLED:
                return
