"""An upgrade may give up while everything goes wrong around it, and not each time."""

import asyncio
import sys
from random import Random

import pytest

from tests.chaos.plan import Plan
from tests.chaos.storm import Storm
from tests.chaos.storm_stack import StormStack
from tests.chaos.troubles.operator_troubles import upgraded, upgraded_once

PLAN = Plan(people=1, deliveries=1, troubles=1, films=1, every=1.0)


class UpgradingStack(StormStack):
    """One whose command ends with these exit codes, one after the other."""

    codes: list[int]

    async def command(self, *words: str, to: int) -> asyncio.subprocess.Process:
        ends = f"raise SystemExit({self.codes.pop(0)})"
        return await asyncio.create_subprocess_exec(sys.executable, "-c", ends, stdout=to)


@pytest.mark.parametrize(
    ("codes", "left", "lost"),
    [
        ([1, 1, 1], 0, ["upgrade: 1"]),
        ([1, 1, 3], 0, ["upgrade: 1"]),
        ([1, 1, 0], 0, []),
        ([1, 0, 1], 1, []),
        ([3, 1, 1], 1, []),
    ],
)
async def test_one_that_gives_up_each_time_has_to_come_through_in_the_calm(
    tmp_path, codes, left, lost
):
    stack = UpgradingStack(tmp_path)
    stack.codes = codes
    storm = Storm(stack, PLAN)
    for _ in range(2):
        await upgraded(storm, Random(1))
    await upgraded_once(storm)
    assert (len(codes), storm.times.lost()) == (left, lost)
