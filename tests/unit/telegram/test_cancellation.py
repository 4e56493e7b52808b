"""Work that is cancelled, and what does not obey."""

import asyncio
from asyncio import CancelledError, Event

import pytest

from procs.telegram.cancellation import apart


async def test_a_cancellation_in_the_turn_in_which_a_wait_ends_is_not_lost():
    """As a connection that is refused just then, where the library tries the next one."""
    refused, ended = asyncio.get_running_loop().create_future(), Event()

    async def connects() -> None:
        try:
            await asyncio.wait_for(refused, 60)
            await Event().wait()
        finally:
            ended.set()

    connecting = asyncio.create_task(apart(connects()))
    await asyncio.sleep(0)  # it begins
    await asyncio.sleep(0)  # what it connects by does
    refused.set_result(None)
    connecting.cancel()

    with pytest.raises(CancelledError):
        await connecting

    assert ended.is_set()


async def test_what_the_work_raises_is_raised():
    async def fails() -> None:
        raise ConnectionError("refused")

    with pytest.raises(ConnectionError, match="refused"):
        await apart(fails())


async def test_a_limit_of_time_ends_the_work_and_is_told_as_one():
    ended = Event()

    async def hangs() -> None:
        try:
            await Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await apart(hangs())

    assert ended.is_set()
