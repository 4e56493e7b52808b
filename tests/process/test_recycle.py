"""Workers that recycle under load: serving never dips, nobody signs in again, no job is lost."""

import asyncio
import contextlib

from procs.store import report
from tests.process.conftest import gets
from tests.sandbox.stack import CLIP, Stack

PEOPLE = 6
LINKS = 4
#: The bot's, and one for each slot: two that serve and the spare's.
SESSIONS = 4
#: Seconds between two counts of who serves.
COUNT = 0.02


async def test_recycling_under_load_never_serves_with_fewer_than_n() -> None:
    async with Stack(recycle_after="3") as stack:
        await stack.telegram.called("auth.importBotAuthorization", times=SESSIONS, timeout=30)
        lowest = asyncio.create_task(fewest(stack))
        arrived = await asyncio.gather(*(busy(stack, number) for number in range(PEOPLE)))
        await stack.until(lambda: stack.log("worker").count("worker.recycled ") >= 3)
        lowest.cancel()

        assert sum(arrived) == PEOPLE * LINKS
        assert await lowest >= 2
        await stack.until(lambda: states(stack) == {"delivered"})
        assert await stack.telegram.sign_ins() == SESSIONS
        assert await stack.telegram.calls(result="AUTH_KEY_DUPLICATED") == []
    stack.remove()


def states(stack: Stack) -> set[str]:
    return {row.state for row in report.latest(stack.db, 500)}


async def fewest(stack: Stack) -> int:
    """The fewest workers that ever had a post at one moment, until cancelled."""
    lowest = 99
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            lowest = min(lowest, len(stack.serving()))
            await asyncio.sleep(COUNT)
    return lowest


async def busy(stack: Stack, number: int) -> int:
    """One person's links, one after the other. Returns how many media came."""
    person = await stack.telegram.person(f"Busy {number}")
    await person.starts()
    for link in range(LINKS):
        sent = await person.sends(stack.url(f"{CLIP}?n={number}-{link}"))
        await gets(person, sent)
    return LINKS
