"""The short storms; `make chaos` runs the long one."""

import pytest

from tests.chaos.crowd import LIMIT, STREAM_FROM
from tests.chaos.plan import Plan
from tests.chaos.storm import Storm
from tests.chaos.storm_stack import StormStack
from tests.sandbox.telegram.world import FIRST_PERSON

#: One that draws deaths, a cut, a dripping and a lossy way, and errors of Telegram: nothing that
#: lasts minutes.
SHORT = 44912


@pytest.mark.parametrize("odd", [False, True], ids=["Telegram", "a sloppy Telegram"])
async def test_each_request_gets_its_media_once_whatever_dies(odd):
    plan = Plan(people=6, deliveries=18, troubles=8, films=8, every=1.0, seed=SHORT, odd=odd)
    admins = str(FIRST_PERSON)
    facts = {"max_file_size": LIMIT, "admins": admins}
    stack = StormStack(seed=plan.seed, workers="2", drain_grace="5", **facts)
    with stack.removed():
        async with stack:
            found = await Storm(stack, plan).run()
    assert found.good, str(found)
    assert found.deliveries >= plan.deliveries


@pytest.mark.long
async def test_everything_goes_wrong_and_each_request_gets_its_media_once():
    plan = Plan(people=20, deliveries=80, troubles=60, films=20, every=1.0, seed=7, receivers=200)
    facts = {"max_file_size": LIMIT, "stream_from": STREAM_FROM, "admins": str(FIRST_PERSON)}
    stack = StormStack(seed=plan.seed, workers="3", drain_grace="5", **facts)
    with stack.removed():
        async with stack:
            await stack.telegram.person("Admin")
            found = await Storm(stack, plan).run()
    assert found.good, str(found)
