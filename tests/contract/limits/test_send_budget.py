"""The budget of messages: never more than the rules allow, in line, across connections."""

import random
from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest

from procs.store.database import Database
from procs.store.limits import send_budget
from procs.store.limits.send_budget import LONGEST, CountLimit, GapLimit
from tests.contract.conftest import Clock

BOT = GapLimit("bot", gap=0.04, slack=0.16)
CHAT = GapLimit("chat:1", gap=1.0, slack=2.0)
GROUP = CountLimit("chat:-1", most=20, seconds=60.0)

#: The clock moves by a millisecond at each look.
near = partial(pytest.approx, abs=0.01)


def waits(
    db: Database, clock: Clock, count: int, *rules: GapLimit | CountLimit, patience: float = 60
) -> list[float]:
    """What messages of one instant are told, one after the other."""
    now = clock.now()
    return [send_budget.take(db, rules, patience=patience, now=now) for _ in range(count)]


def test_a_burst_leaves_at_once_and_the_rest_in_line(db, clock):
    assert waits(db, clock, 6, CHAT) == near([0, 0, 0, 1, 2, 3])


def test_the_strictest_rule_counts_and_all_are_charged(db, clock):
    assert waits(db, clock, 4, BOT, CHAT)[-1] == near(1)
    assert waits(db, clock, 1, BOT)[0] > 0.8


def test_what_must_wait_too_long_spends_nothing(db, clock):
    waits(db, clock, 3, CHAT)
    assert waits(db, clock, 5, CHAT, patience=0.5) == near([1] * 5)


def test_an_album_costs_what_its_messages_cost(db, clock):
    send_budget.take(db, [CHAT], messages=5, patience=0, now=clock.now())
    assert waits(db, clock, 1, CHAT)[0] == near(3)


@pytest.mark.parametrize(("before", "wait"), [(0, 0.0), (1, 0.5), (3, 2.5)])
def test_an_album_passes_nothing_that_was_paid_before_and_may_be_written_late(
    db, clock, before, wait
):
    rule, now = replace(CHAT, apart=0.5), clock.now()
    for _ in range(before):
        send_budget.take(db, [rule], patience=0, now=now)
    assert send_budget.take(db, [rule], messages=10, patience=5, now=now) == near(wait)


def test_time_gives_room_again(db, clock):
    waits(db, clock, 3, CHAT)
    clock.skip(10)
    assert waits(db, clock, 4, CHAT) == near([0, 0, 0, 1])


def test_a_lesser_claim_on_the_burst_waits_until_it_is_whole(db, clock):
    calm = GapLimit("bot", gap=0.04, slack=0.0)
    waits(db, clock, 3, BOT)
    assert waits(db, clock, 1, calm, patience=0)[0] == near(0.12)
    assert waits(db, clock, 1, BOT, patience=0) == near([0])


def test_what_an_earlier_boot_left_is_void(db, clock):
    waits(db, clock, 3, CHAT)
    clock.boot = 10.0
    assert waits(db, clock, 1, CHAT) == [0]


def test_empty_scopes_are_forgotten(db, clock):
    waits(db, clock, 1, CHAT)
    assert send_budget.prune(db, now=clock.now()) == 0
    clock.skip(LONGEST)
    assert send_budget.prune(db, now=clock.now()) == 1


def test_no_stretch_of_time_ever_holds_more_than_the_rule_says(db, clock):
    """Whatever the pauses between the messages are."""
    dice, left = random.Random(7), []
    for _ in range(300):
        clock.skip(dice.choice((0.0, 0.01, 0.3, 1.1, 4.0)))
        now = clock.now()
        left.append(now.boot + send_budget.take(db, [CHAT], patience=LONGEST, now=now))
    for first, last in combinations(range(len(left)), 2):
        allowed = 1 + (CHAT.slack + left[last] - left[first]) / CHAT.gap
        assert last - first + 1 <= allowed + 0.001


def test_no_second_ever_holds_more_than_a_strict_rule_says_albums_among_them(db, clock):
    dice, left = random.Random(3), []
    rule = GapLimit("bot", gap=0.04, slack=0.08, strict=True)
    for _ in range(300):
        clock.skip(dice.choice((0.0, 0.01, 0.05, 0.3)))
        now, messages = clock.now(), dice.choice((1, 1, 1, 2, 5, 10))
        wait = send_budget.take(db, [rule], messages=messages, patience=LONGEST, now=now)
        left += [now.boot + wait] * messages
        if dice.random() < 0.1:
            send_budget.prune(db, now=now)
    most = 1 + (rule.slack + 1) / rule.gap
    assert max(sum(at - 1 <= gone <= at for gone in left) for at in left) <= most


def test_a_count_lets_a_bunch_leave_and_the_next_when_a_minute_is_over(db, clock):
    assert waits(db, clock, 20, GROUP) == [0] * 20
    assert waits(db, clock, 1, GROUP) == near([60])


def test_albums_count_by_their_messages(db, clock):
    now = clock.now()
    for _ in range(2):
        assert send_budget.take(db, [GROUP], messages=10, patience=0, now=now) == 0
    clock.skip(20)
    assert waits(db, clock, 1, GROUP, patience=0) == near([40])
    clock.skip(40)
    assert waits(db, clock, 1, GROUP, patience=0) == [0]


def test_who_asks_later_does_not_leave_sooner(db, clock):
    """A single message would fit where the album that waits does not; they stay in line."""
    now = clock.now()
    send_budget.take(db, [GROUP], messages=15, patience=0, now=now)
    assert send_budget.take(db, [GROUP], messages=10, patience=90, now=now) == near(60)
    assert send_budget.take(db, [GROUP], messages=1, patience=90, now=now) == near(60)


def test_no_minute_ever_holds_more_than_the_count_says(db, clock):
    """Whatever comes, albums or single messages, and whenever."""
    dice, left = random.Random(11), []
    for _ in range(300):
        clock.skip(dice.choice((0.0, 0.1, 2.0, 7.0)))
        now, messages = clock.now(), dice.choice((1, 1, 1, 4, 10))
        wait = send_budget.take(db, [GROUP], messages=messages, patience=30, now=now)
        if wait <= 30:
            left.append((now.boot + wait, messages))
    for at, _ in left:
        assert sum(count for gone, count in left if at - 60 + 0.001 < gone <= at) <= 20


def test_what_left_before_a_reboot_is_not_counted(db, clock):
    waits(db, clock, 20, GROUP)
    clock.boot = 10.0
    assert waits(db, clock, 1, GROUP) == [0]


def test_what_left_long_ago_is_forgotten(db, clock):
    waits(db, clock, 3, GROUP)
    assert send_budget.prune(db, now=clock.now()) == 0
    clock.skip(LONGEST + 1)
    assert send_budget.prune(db, now=clock.now()) == 3
