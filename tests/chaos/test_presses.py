"""A storm in which no button works is told from one in which few could press."""

import pytest

from tests.chaos.crowd import Asked
from tests.chaos.presses import NEVER, unheard
from tests.sandbox.person import Message

WROTE = Message(id=4, mine=True, sender="Ann", at=0.0, text="a link")


class Ann:
    name = "Ann"


def asked(deed: str, **facts) -> Asked:
    return Asked(Ann, WROTE, 1, "a link", deed, 0.0, **facts)


def chosen(count: int) -> list[Asked]:
    return [asked("press", tries=[5.0], pressed=5.0) for _ in range(count)]


def left(count: int) -> list[Asked]:
    return [asked("cancel", tries=[5.0], pressed=5.0, free="cancelled") for _ in range(count)]


def test_cards_of_which_no_button_works_are_a_fault_also_while_all_goes_wrong():
    tries = [float(at) for at in range(0, 90, 6)]
    never = [asked("press", tries=tries, free=NEVER) for _ in range(9)]

    assert unheard(never, [[(0.0, 100.0)]]) == ["9 of 9 never chose from a card"]


def test_a_few_who_never_came_to_choose_are_no_fault():
    few = [asked("press", free=NEVER) for _ in range(2)]

    assert unheard([*few, *chosen(38)], []) == []
    assert unheard([*few, *chosen(37)], []) == ["2 of 39 never chose from a card"]


@pytest.mark.parametrize(
    ("troubles", "found"),
    [([], ["Ann:4 press pressed in vain"]), ([[(10.0, 20.0)]], [])],
    ids=["in peace", "in a storm"],
)
def test_who_presses_again_and_again_in_peace_and_is_not_heard_is_named(troubles, found):
    vain = asked("press", tries=[40.0, 46.0], free=NEVER)

    assert unheard([vain, *chosen(40)], troubles) == found


def test_cancelling_that_nobody_hears_is_a_fault_although_each_film_comes():
    overtaken = [asked("cancel", tries=[5.0]) for _ in range(4)]

    assert unheard([*overtaken, *left(8)], []) == []
    assert unheard([*overtaken, *left(7)], []) == ["4 of 11 never heard of what they cancelled"]
    assert unheard(overtaken[1:], []) == []
    assert unheard([asked("cancel") for _ in range(9)], []) == []
