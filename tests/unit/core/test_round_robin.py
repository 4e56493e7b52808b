"""A lock that is handed on in turns by person."""

import asyncio

import pytest

from procs.core.round_robin import RoundRobin, Withdrawn


async def holds(turns: RoundRobin, who: str, what: int, order: list[str]) -> None:
    async with turns.turn(who, what):
        order.append(f"{who}{what}")


def asked(turns: RoundRobin, order: list[str], *names: str) -> list[asyncio.Task[None]]:
    return [asyncio.ensure_future(holds(turns, name[0], int(name[1:]), order)) for name in names]


async def test_a_lock_that_is_free_is_had_at_once():
    turns, order = RoundRobin(), []
    await holds(turns, "a", 1, order)
    await holds(turns, "a", 2, order)
    assert order == ["a1", "a2"]
    assert not turns.taken


async def test_people_have_it_in_turns_and_each_in_their_order():
    turns, order = RoundRobin(), []
    async with turns.turn("z"):
        waits = asked(turns, order, "a1", "a2", "a3", "b1", "b2", "c1")
        await asyncio.sleep(0)
        assert [turns.waiting(who) for who in "abcd"] == [3, 2, 1, 0]
    await asyncio.gather(*waits)
    assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert turns.lines == {}


async def test_who_is_withdrawn_hears_so_and_the_others_go_on():
    turns, order = RoundRobin(), []
    async with turns.turn("z"):
        waits = asked(turns, order, "a1", "a2", "b1", "a3")
        await asyncio.sleep(0)
        assert turns.withdraw("a", lambda what: what < 3) == 2
    done = await asyncio.gather(*waits, return_exceptions=True)
    assert [isinstance(one, Withdrawn) for one in done] == [True, True, False, False]
    assert order == ["b1", "a3"] or order == ["a3", "b1"]
    assert not turns.taken


@pytest.mark.parametrize("moment", ["waiting", "called", "withdrawn"])
async def test_who_is_cancelled_leaves_the_lock_to_the_others(moment):
    turns, order = RoundRobin(), []
    async with turns.turn("z"):
        first, second = asked(turns, order, "a1", "b1")
        await asyncio.sleep(0)
        if moment == "withdrawn":
            turns.withdraw("a", lambda what: True)
        if moment != "called":
            first.cancel()
    if moment == "called":
        first.cancel()
    await asyncio.wait({first, second}, timeout=5)
    assert second.done()
    assert order == ["b1"]
    assert not turns.taken
