"""A broadcast takes what others leave of the budget: all of it, and no more."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from procs.store.database import Database
from procs.telegram.message_limits import GLOBAL_GAP
from procs.telegram.pace import Pace, Urgency

SEND = "messages.SendMessage"


@pytest.fixture
def pace(db: Database) -> Pace:
    return Pace(db)


@pytest.fixture
async def gone(pace: Pace) -> AsyncIterator[list[float]]:
    """The instants at which a broadcast's messages go out, while it asks for more."""
    instants: list[float] = []
    people = itertools.count(1)

    async def line() -> None:
        while True:
            facts = {"urgency": Urgency.BROADCAST, "patience": 30.0}
            await pace.leave(SEND, chat=next(people), **facts)
            instants.append(asyncio.get_running_loop().time())

    lines = [asyncio.create_task(line()) for _ in range(8)]
    yield instants
    for task in lines:
        task.cancel()
    await asyncio.wait(lines)


async def timed(pace: Pace, chat: int, urgency: Urgency) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.leave(SEND, chat=chat, urgency=urgency, patience=30.0)
    return loop.time() - began


async def test_a_broadcast_alone_takes_all_that_is_allowed(gone):
    await asyncio.sleep(0.2)
    before = len(gone)
    await asyncio.sleep(4.0)
    sent = len(gone) - before
    assert 0.5 * 4.0 / GLOBAL_GAP < sent <= 4.0 / GLOBAL_GAP + 3


@pytest.mark.parametrize("urgency", [one for one in Urgency if one is not Urgency.BROADCAST])
async def test_others_leave_beside_a_broadcast_as_if_there_were_none(pace, gone, urgency):
    await asyncio.sleep(0.3)
    # Progress edits of the whole bot are a second apart, whatever else is sent.
    chats = (0,) if urgency is Urgency.PROGRESS else (-1001, -1002, -1003, -1004)
    for chat in chats:
        assert await timed(pace, chat, urgency) < 1.0


async def test_a_queue_of_deliveries_holds_a_broadcast_back(pace, gone):
    await asyncio.sleep(0.2)
    before = len(gone)
    deliveries = [timed(pace, 5000 + n, Urgency.DELIVERY) for n in range(50)]
    took = await asyncio.gather(*deliveries)
    assert len(gone) - before <= 4
    assert max(took) < 50 * GLOBAL_GAP + 1.0


async def test_messages_leave_two_at_a_time_so_that_a_process_wakes_half_as_often(gone):
    await asyncio.sleep(2.0)
    pairs = [later - earlier < GLOBAL_GAP / 4 for earlier, later in itertools.pairwise(gone)]
    assert sum(pairs) > len(gone) / 3


async def test_no_second_holds_more_than_telegram_allows_while_others_send_too(pace, gone):
    sent: list[float] = []

    async def delivery(chat: int) -> None:
        await pace.leave(SEND, chat=chat, urgency=Urgency.DELIVERY, patience=30.0)
        sent.append(asyncio.get_running_loop().time())

    for chat in range(6000, 6040):
        await asyncio.sleep(0.05)
        await delivery(chat)

    instants = sorted([*gone, *sent])
    assert max(sum(at <= one < at + 1.0 for one in instants) for at in instants) <= 30


async def test_two_deliveries_beside_a_broadcast_wait_for_a_moment_at_most(pace, gone):
    await asyncio.sleep(0.3)
    took = [await timed(pace, 7000 + chat, Urgency.DELIVERY) for chat in range(10)]
    assert sorted(took)[5] < 2 * GLOBAL_GAP  # which a pair takes
