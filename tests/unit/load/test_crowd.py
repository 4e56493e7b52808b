"""People who write at their instants, in front of a Telegram whose bot never answers."""

import asyncio

import pytest

from bench.load import schedule
from bench.load.crowd import Crowd
from bench.load.scenario import Burst, Scenario
from bench.load.schedule import Ask
from tests.sandbox.telegram.server import Telegram

SITE = "http://127.0.0.1:9"
ALONE = Scenario("x", seconds=2, people=10, per_second=10, newcomers=True)


async def test_everybody_writes_though_nobody_is_answered(tmp_path):
    plan = schedule.asks(ALONE)
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, ALONE)
        await crowd.gathers(len(plan))

        await crowd.plays(plan)

    assert [one.ask for one in crowd.asked] == plan
    for one in crowd.asked:
        assert one.message.at - one.due == pytest.approx(one.late, abs=0.5)
        assert one.late >= 0


async def test_nobody_writes_any_more_once_the_test_is_interrupted(tmp_path):
    later = [Ask(0.1, 0, "film", 0, 1), Ask(3600, 1, "film", 1, 1)]
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, ALONE)
        await crowd.gathers(2)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            playing = group.create_task(crowd.plays(later))
            while not crowd.asked:
                await asyncio.sleep(0.01)
            crowd.ended.set()

    assert playing.done()
    assert [one.ask for one in crowd.asked] == later[:1]


async def test_who_blocked_the_bot_lets_it_in_before_asking_again(tmp_path):
    asks = [Ask(0, 0, "film", 0, 1, "block"), Ask(0.2, 0, "film", 1, 1)]
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, ALONE)
        await crowd.gathers(1)
        (person,) = crowd.people

        await crowd.plays(asks[:1])
        refused = telegram.bot in telegram.world.accounts[person.id].blocks
        await crowd.plays(asks[1:])

        assert refused
        assert telegram.bot not in telegram.world.accounts[person.id].blocks


async def test_only_those_who_will_write_are_greeted(tmp_path):
    burst = Scenario("x", seconds=1, people=1000, bursts=(Burst(0, 3),))
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, burst)

        await crowd.gathers(3)

    assert len(crowd.people) == 3
