"""The order in which messages are acted upon, and which of them a command still takes back."""

import asyncio

import pytest

from procs.bot.conversation.inbound_queue import CROWD, FLOOD, InboundQueue
from procs.core import clock
from procs.core.round_robin import Withdrawn
from procs.telegram.chat.inbound import Incoming, Person


def written(message: int, person: int = 7) -> Incoming:
    return Incoming(Person(person, "en"), person, 0, message, f"https://example.org/{message}")


async def begun(queue: InboundQueue, incoming: Incoming) -> bool:
    """Whether it came to be acted upon."""
    try:
        await queue.turn(incoming)
    except Withdrawn:
        return False
    return True


async def flood(queue: InboundQueue) -> list[asyncio.Task[bool]]:
    """Messages of one person, the first of which has its turn and waits for more of them."""
    async with queue.turns.turn("somebody else"):
        found = [asyncio.create_task(begun(queue, written(n))) for n in range(1, FLOOD + 2)]
        await asyncio.sleep(0)
    while queue.held is None:
        await asyncio.sleep(0)
    return found


async def test_a_message_whose_turn_waits_for_the_rest_of_a_flood_is_taken_back_too(db):
    queue = InboundQueue(db)
    written_before = await flood(queue)
    assert queue.withdraw(written(FLOOD + 2)) == len(written_before)
    assert not any(await asyncio.gather(*written_before))


@pytest.mark.parametrize("command", [written(0), written(FLOOD + 2, person=8)])
async def test_a_command_takes_back_nothing_later_and_nothing_of_another_person(db, command):
    queue = InboundQueue(db)
    others = await flood(queue)
    assert queue.withdraw(command) == 0
    assert all(await asyncio.gather(*others))


async def test_more_in_a_second_than_are_answered_in_one_are_a_crowd_until_it_is_over(db):
    queue = InboundQueue(db)
    for person in range(CROWD - 1):
        await queue.turn(written(1, person))
    assert not queue.is_crowded(clock.now().boot)
    await queue.turn(written(1, CROWD))
    assert queue.is_crowded(clock.now().boot)
    assert not queue.is_crowded(clock.now().boot + 1.0)


async def test_what_a_crowd_has_sent_is_received_before_more_of_it_is_acted_upon(db):
    queue, order = InboundQueue(db), []
    for person in range(CROWD):
        await queue.turn(written(1, person))

    async def come(person: int) -> None:
        order.append(f"{person} came")
        await queue.turn(written(2, person))
        order.append(f"{person} is acted upon")

    async with asyncio.TaskGroup() as group:
        for person in range(3):
            group.create_task(come(person))
            await asyncio.sleep(0)
    assert order[:3] == ["0 came", "1 came", "2 came"]
