"""The troubles of a plan: the same by the same seed, and each kind among a thousand."""

from dataclasses import replace

from tests.chaos.plan import Plan, drawn
from tests.chaos.troubles.kinds import KINDS, SHARES

WHOLE = Plan(people=40, deliveries=1200, troubles=1000, films=300, every=1.0, seed=3)


def test_the_same_seed_plays_the_same_troubles_and_another_seed_others():
    assert drawn(WHOLE, SHARES) == drawn(WHOLE, SHARES)
    assert drawn(WHOLE, SHARES) != drawn(replace(WHOLE, seed=4), SHARES)


def test_a_thousand_troubles_have_every_kind_and_the_pauses_that_were_asked_for():
    found = drawn(WHOLE, SHARES)

    assert len(found) == 1000
    assert {one.kind for one in found} == set(KINDS)
    assert 900 < sum(one.pause for one in found) < 1100


def test_the_shares_are_those_of_a_thousand():
    assert 950 <= sum(SHARES.values()) <= 1150


def test_few_troubles_are_all_of_different_kinds():
    few = drawn(replace(WHOLE, troubles=20), SHARES)

    assert len({one.kind for one in few}) == 20
