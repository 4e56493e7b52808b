"""A trouble counts as over by what came after it, never by what the last look had not seen yet."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from tests.chaos.troubles.trouble_parts import accepts, delivers
from tests.chaos.watch import Watch


class Rows:
    """A stack with so many rows, whose supervisord answers when it may."""

    def __init__(self) -> None:
        self.rows, self.answers, self.asked = 10, threading.Event(), threading.Event()
        self.supervisor = SimpleNamespace(processes=self.processes)

    def read(self, sql: str) -> list[tuple[int]]:
        return [(self.rows,)]

    def processes(self) -> list[object]:
        self.asked.set()
        assert self.answers.wait(10)
        return []


@pytest.mark.parametrize("recovery", [accepts, delivers])
async def test_what_came_between_the_last_look_and_a_death_is_no_recovery_from_it(recovery):
    stack = Rows()
    stack.answers.set()
    watch = Watch(stack)
    asking = SimpleNamespace(done=lambda: False)
    await watch.look()
    stack.rows = 11
    recovered = recovery(SimpleNamespace(watch=watch, asking=asking, nothing_to_do=asking.done))
    await watch.look()
    assert not recovered()
    stack.rows = 12
    await watch.look()
    assert recovered()


async def test_a_look_counts_before_it_waits_for_a_supervisord_that_stands_still():
    stack = Rows()
    watch = Watch(stack)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch.look())
        while not stack.asked.is_set():
            await asyncio.sleep(0)
        stack.rows = 20
        stack.answers.set()
    assert watch.delivered == 10
