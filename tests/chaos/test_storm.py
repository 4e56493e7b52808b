"""The short storm; `make chaos` runs the long one."""

import pytest

from tests.chaos.storm import LIMIT, Plan, Storm
from tests.sandbox.stack import Stack


@pytest.mark.parametrize("odd", [False, True], ids=["Telegram", "a sloppy Telegram"])
async def test_each_request_gets_its_media_once_whatever_dies(odd):
    plan = Plan(people=6, deliveries=18, kills=6, films=8, every=1.0, seed=5, odd=odd)
    stack = Stack(judged=False, workers="2", drain_grace="5", max_file_size=LIMIT)
    async with stack:
        found = await Storm(stack, plan).run()
    stack.remove()
    assert found.good, str(found)
    assert found.states == {"delivered": plan.deliveries}
    assert found.deliveries > plan.deliveries  # some come in parts
