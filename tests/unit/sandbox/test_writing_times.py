"""Whoever judges how often a bot speaks goes by what it wrote, not by what its way brought at
once."""

from types import SimpleNamespace

import pytest
from pyrogram import raw

from tests.sandbox.telegram.calls import Entry
from tests.sandbox.telegram.faults import Rate
from tests.sandbox.telegram.manners import BURST, Manners
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import World
from tests.sandbox.telegram.writing_times import DRIFT, Numbering

SEND = "messages.SendMessage"
QUERY = raw.functions.messages.SendMessage(peer=raw.types.InputPeerSelf(), message="x", random_id=1)


def an_entry(at: float, *, age: float = 0.0, behind: float = 0.0) -> Entry:
    return Entry(at, SEND, 1, "", "", 1, peer=7, age=age, behind=behind)


def test_a_session_is_no_further_behind_than_its_quickest_number_was_late():
    one = Numbering()
    assert one.note(1.5, 100.0) == 1.5
    assert one.note(0.2, 101.0) == 0.2
    assert one.note(3.0, 105.0) == pytest.approx(0.2 + 4 * DRIFT)


def test_a_call_was_written_between_its_number_and_what_that_may_be_behind():
    assert an_entry(100.0, age=2.0, behind=0.5).written == (98.0, 98.5)
    assert an_entry(100.0, age=-3.0, behind=-3.0).written == (100.0, 100.0)  # numbered ahead


def judged(manners: Manners, world: World, entry: Entry) -> bool:
    """Whether a message is allowed."""
    account = SimpleNamespace(id=1, is_bot=True)
    call = SimpleNamespace(
        key=SimpleNamespace(account=1), account=account, entry=entry, world=world
    )
    try:
        manners.judge(call, QUERY)
    except Rpc:
        return False
    return True


@pytest.mark.parametrize(("behind", "allowed"), [(1.4, True), (0.0, False)])
def test_a_message_whose_number_may_be_behind_is_judged_by_the_best_instant(behind, allowed):
    manners, world = Manners(), World()
    for number in range(BURST):
        assert judged(manners, world, an_entry(100.0 + number / 100))
    assert judged(manners, world, an_entry(101.4, age=1.4, behind=behind)) is allowed
    assert bool(world.broken) is not allowed


@pytest.mark.parametrize(("apart", "bunched"), [(1.0, True), (0.1, False)])
def test_what_arrived_together_is_bunched_only_where_it_was_written_apart(apart, bunched):
    rate = Rate(SEND, 2, 1.0)
    for number in range(2):
        rate.check(an_entry(100.0, age=3 - number * apart, behind=0.0))
    late = an_entry(100.0, age=3 - 2 * apart)
    with pytest.raises(Rpc, match="FLOOD_WAIT_1"):
        rate.check(late)
    assert late.bunched is bunched


def test_what_its_way_brings_into_a_busy_stretch_is_bunched_though_that_holds_enough_without_it():
    rate = Rate(SEND, 2, 1.0)
    for at in (101.0, 101.2):
        rate.check(an_entry(at))
    held_up = an_entry(101.3, age=1.1)
    with pytest.raises(Rpc):
        rate.check(held_up)
    assert held_up.bunched
    assert held_up.beside == f"2 {SEND} in 1 s: 2 {SEND} under way"
