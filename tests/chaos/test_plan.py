"""The troubles of a plan: the same by the same seed, and each kind among a thousand."""

from dataclasses import replace

import pytest

from tests.chaos.crowd import DEEDS
from tests.chaos.plan import Plan, drawn
from tests.chaos.storm_stack import StormStack
from tests.chaos.troubles.kinds import KINDS, SHARES

PROCESSES = ("worker", "bot", "keeper", "watch", "nursery", "child", "supervisord")
WAYS = ("reset", "slow", "drips", "lossy", "half-open")
WHOLE = Plan(people=40, deliveries=1200, troubles=1000, films=300, every=1.0, seed=3)


def test_the_same_seed_plays_the_same_troubles_and_another_seed_others():
    assert drawn(WHOLE, SHARES) == drawn(WHOLE, SHARES)
    assert drawn(WHOLE, SHARES) != drawn(replace(WHOLE, seed=4), SHARES)


async def test_what_a_way_loses_is_drawn_from_the_seed_of_the_plan(tmp_path):
    async def lost(seed: int) -> float:
        async with StormStack(tmp_path, seed=seed).way("127.0.0.1:1") as way:
            return way.dice.random()

    assert await lost(WHOLE.seed) == await lost(WHOLE.seed)
    assert await lost(WHOLE.seed) != await lost(4)


def test_a_thousand_troubles_have_every_kind_and_the_pauses_that_were_asked_for():
    found = drawn(WHOLE, SHARES)

    assert len(found) == 1000
    assert {one.kind for one in found} == set(KINDS)
    assert 900 < sum(one.pause for one in found) < 1100


@pytest.mark.parametrize(
    "kinds",
    [
        *([f"kill {one}", f"stop {one}"] for one in PROCESSES),
        *([f"{place} {how}" for how in WAYS] for place in ("telegram", "site")),
        ["disk full", "clock on", "clock back", "database locked", "snapshot kept"],
        [f"telegram: {what}" for what in ("away", "flood", "refuse", "break", "internal")],
        [f"telegram: {what}" for what in ("drop", "swallow", "reference", "sign-in gone")],
        ["restore", "upgrade"],
    ],
    ids=lambda kinds: kinds[0],
)
def test_a_thousand_troubles_are_of_every_kind_that_a_machine_a_network_and_a_server_have(kinds):
    assert set(kinds) <= {one.kind for one in drawn(WHOLE, SHARES)}


def test_people_press_cancel_write_in_groups_and_ask_for_what_is_streamed():
    assert {"press", "cancel", "group", "stream"} <= set(DEEDS)


def test_the_shares_are_those_of_a_thousand():
    assert 950 <= sum(SHARES.values()) <= 1150


def test_few_troubles_are_all_of_different_kinds():
    few = drawn(replace(WHOLE, troubles=20), SHARES)

    assert len({one.kind for one in few}) == 20
