"""A trouble counts as over by what came after it, never by what the last look had not seen yet."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from tests.chaos.troubles import network_troubles, process_troubles
from tests.chaos.troubles.trouble_parts import accepts, delivers, fetches
from tests.chaos.watch import Watch


class Rows:
    """A stack with so many rows, whose supervisord answers when it may."""

    def __init__(self) -> None:
        self.rows, self.answers, self.asked = 10, threading.Event(), threading.Event()
        self.jobs: dict[int, int] = {}
        self.supervisor = SimpleNamespace(processes=self.processes)

    def read(self, sql: str) -> list[tuple[int, ...]]:
        return [*self.jobs.items()] if "kind = 'fetch'" in sql else [(self.rows,)]

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


@pytest.mark.parametrize(
    ("jobs", "over"),
    [
        ({1: 1}, False),
        ({1: 1, 2: 1}, False),
        ({1: 1, 2: 2}, True),
        ({1: 1, 3: 1}, True),
    ],
    ids=["what was known", "what was in hand", "what was claimed anew", "what came afterwards"],
)
async def test_an_engine_works_again_when_what_nobody_had_in_hand_is_fetched(jobs, over):
    stack = Rows()
    stack.answers.set()
    stack.jobs = {1: 1, 2: 1}  # the second one is not over yet
    watch = Watch(stack)
    recovered = fetches(SimpleNamespace(watch=watch, nothing_to_do=lambda: False))

    stack.rows, stack.jobs = 11, jobs
    await watch.look()

    assert recovered() is over


@pytest.mark.parametrize(
    ("recovery", "over"),
    [
        (lambda storm: process_troubles.works(storm, "nursery"), False),
        (lambda storm: process_troubles.works(storm, "child"), False),
        (lambda storm: process_troubles.works(storm, "watch"), True),
        (lambda storm: network_troubles.works(storm, "site"), False),
        (lambda storm: network_troubles.works(storm, "telegram"), True),
    ],
    ids=["nursery", "child", "watch", "site", "telegram"],
)
async def test_a_known_film_is_no_sign_of_an_engine_or_of_a_site(recovery, over):
    stack = Rows()
    stack.answers.set()
    watch = Watch(stack)
    recovered = recovery(SimpleNamespace(watch=watch, nothing_to_do=lambda: False))

    stack.rows = 11
    await watch.look()

    assert recovered() is over


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
