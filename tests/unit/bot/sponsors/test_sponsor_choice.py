"""Which of many sponsors somebody is asked for: by weight, the same each day, in their order."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from procs.bot.sponsors import sponsor_choice
from procs.records.sponsor_records import Sponsor

PEOPLE = 20_000
NOW = 1_000_000.0
ONE = Sponsor(
    *(1, -1, 0, "One", "", "https://t.me/one", False, False, False, None, None, 0, "", 1, 1),
    *("", 0.0, 0),
)


def sponsors(*weights: int) -> list[Sponsor]:
    return [
        replace(ONE, id=at, chat=-at, weight=weight, place=at)
        for at, weight in enumerate(weights, 1)
    ]


def asked(those: list[Sponsor], person: int, most: int) -> list[int]:
    return [one.id for one in sponsor_choice.asked(those, person, "en", most, wall=NOW)]


def people() -> list[int]:
    return random.Random(12).sample(range(10**9, 7 * 10**9), PEOPLE)


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 2, 5), (1, 100), (3, 3, 1, 1)])
def test_one_of_many_falls_to_each_in_proportion_to_its_weight(weights):
    those, shown = sponsors(*weights), Counter[int]()
    for person in people():
        shown.update(asked(those, person, 1))
    shares = [shown[one.id] / PEOPLE for one in those]
    assert shares == pytest.approx([one / sum(weights) for one in weights], abs=0.015)


def test_several_are_asked_for_in_their_order_and_the_heavier_more_often():
    those, shown = sponsors(1, 10, 1, 10), Counter[int]()
    for person in people():
        found = asked(those, person, 2)
        assert len(found) == 2
        assert found == sorted(found)
        shown.update(found)
    assert min(shown[2], shown[4]) > 3 * max(shown[1], shown[3]) > 0


def test_one_person_is_asked_for_the_same_whatever_the_order_and_whoever_else_leaves():
    those = sponsors(5, 5, 5, 5, 5)
    for person in people()[:200]:
        first = asked(those, person, 2)
        assert set(asked(those[::-1], person, 2)) == set(first)
        rest = [one for one in those if one.id in first or one.id == 1]
        assert asked(rest, person, 2) == first


@pytest.mark.parametrize("most", [0, 3, 4])
def test_where_no_more_are_active_than_are_shown_weights_mean_nothing(most):
    assert asked(sponsors(1, 100, 1), 7, most) == [1, 2, 3]


def test_what_is_over_full_skipped_or_of_another_language_is_no_choice():
    over, full, lost, other, good = sponsors(100, 100, 100, 100, 1)
    those = [
        replace(over, ends=NOW - 1),
        replace(full, goal=5, joined=5),
        replace(lost, fault="CHANNEL_PRIVATE", fault_at=NOW - 1),
        replace(other, language="fa"),
        good,
    ]
    assert {tuple(asked(those, person, 1)) for person in people()[:500]} == {(5,)}
    again = [replace(lost, fault="CHANNEL_PRIVATE", fault_at=NOW - sponsor_choice.RETRY)]
    assert asked(again, 7, 1) == [3]
