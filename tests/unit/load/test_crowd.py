"""People who write at their instants, in front of a Telegram whose bot never answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bench.load import schedule
from bench.load.crowd import GROUP, PATIENCE, Crowd, known, patience
from bench.load.scenario import Burst, Scenario
from bench.load.schedule import Ask
from tests.sandbox.telegram.server import Telegram

SITE = "http://127.0.0.1:9"
ALONE = Scenario("x", seconds=2, people=10, per_second=10, newcomers=True)


class SlowDesk:
    """A Telegram that is busy before it takes a message."""

    TAKES = 0.3

    def __init__(self, desk: Telegram) -> None:
        self.desk, self.bot = desk, desk.bot

    async def do(self, command: str, **args: Any) -> Any:
        if command == "say":
            await asyncio.sleep(self.TAKES)
        return await self.desk.do(command, **args)


async def test_everybody_writes_though_nobody_is_answered(tmp_path):
    plan = schedule.asks(ALONE)
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, ALONE)
        await crowd.gathers(len(plan))

        await crowd.plays(plan)

    assert [one.ask for one in crowd.asked] == plan
    for one in crowd.asked:
        assert one.late == one.message.at - one.due >= 0


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


async def test_what_the_tests_own_telegram_takes_to_a_message_is_told_as_lateness(tmp_path):
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(SlowDesk(telegram), SITE, replace(ALONE, newcomers=False))
        crowd.people = [await telegram.person("P0")]
        crowd.people[0].desk = crowd.desk

        await crowd.plays([Ask(0, 0, "film", 0, 1)])

    assert crowd.asked[0].late >= SlowDesk.TAKES


async def test_who_looks_for_a_button_delays_neither_the_writing_nor_the_end(tmp_path):
    asks = [Ask(0, 0, "film", 0, 1, "press"), Ask(0, 1, "film", 1, 1, "cancel")]
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, ALONE)
        await crowd.gathers(2)

        async with asyncio.timeout(PATIENCE / 2):
            await crowd.plays(asks)
            pressing = crowd.is_pressing()
            await crowd.gives_up()

    assert (len(crowd.asked), pressing, crowd.is_pressing()) == (2, True, False)


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


KNOWN = replace(ALONE, kinds={"known": 1}, known_links=1050)


class Learning(Crowd):
    """One that notes which links it would ask for at once."""

    async def learns_group(self, numbers: Sequence[int]) -> None:
        self.counts.update(dict.fromkeys(numbers, 1))
        self.counts["most at once"] = max(self.counts["most at once"], len(numbers))


async def test_any_number_of_known_links_is_learned_a_group_at_a_time():
    crowd = Learning(None, SITE, KNOWN)

    await crowd.learns()

    assert crowd.counts.pop("most at once") <= GROUP
    assert dict(crowd.counts) == dict.fromkeys(range(1050), 1)


def test_a_group_of_large_films_has_more_time_than_one_of_small_ones():
    small, large = ([replace(known(KNOWN, 0), size=size)] * GROUP for size in (10**6, 10**8))

    assert patience(large) > patience(small) >= PATIENCE + GROUP / 20


async def test_a_known_link_that_does_not_come_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.load.crowd.patience", lambda asks: 0.1)
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, replace(KNOWN, known_links=3))

        with pytest.raises(AssertionError, match=r"known link 1 of the 3 .*, as 3 of the 3 that"):
            await crowd.learns()


async def test_only_those_who_will_write_are_greeted(tmp_path):
    burst = Scenario("x", seconds=1, people=1000, bursts=(Burst(0, 3),))
    async with Telegram(tmp_path) as telegram:
        crowd = Crowd(telegram, SITE, burst)

        await crowd.gathers(3)

    assert len(crowd.people) == 3
