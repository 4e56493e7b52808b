"""Jobs that end in one transaction, as those do that come while a worker waits for the disk."""

import pytest

from procs.errors import LeaseLost
from procs.records.job import Kind, Lane, State
from procs.records.job_payload import DeliverPayload
from procs.store.jobs import leases, seats
from tests.contract.conftest import Clock, Desk

ENDED = f"SELECT id, state, error FROM jobs WHERE state >= {State.DONE:d} ORDER BY id"
WAITING = "SELECT user_id, COUNT(*) FROM jobs WHERE seat > 0 GROUP BY user_id ORDER BY user_id"


def deliveries(desk: Desk, user: int, count: int) -> None:
    """So many of one person, who has two seats for them."""
    for n in range(count):
        payload = DeliverPayload(100 * user + n, 1)
        with desk.db.write():
            job = seats.NewJob(user, Lane.LIGHT, Kind.DELIVER, payload, f"deliver:{user}-{n}")
            seats.add(desk.db, job, now=desk.clock.now())


def test_each_hands_its_seat_on(desk: Desk, clock: Clock) -> None:
    for user in (1, 2, 3):
        deliveries(desk, user, 3)
    ended = [one for one in desk.claim(desk.worker(), 9, Lane.LIGHT) if one.seat == -1]

    with desk.db.write(full=True):
        for one in ended:
            leases.finish(desk.db, one, now=clock.now())

    assert [one.user for one in ended] == [1, 2, 3]
    assert [one.user for one in desk.claim(desk.worker(), 9, Lane.LIGHT)] == [1, 2, 3]
    assert desk.db.all(WAITING) == []


def test_two_of_one_person_hand_their_seats_to_two(desk: Desk, clock: Clock) -> None:
    deliveries(desk, 1, 4)
    deliveries(desk, 2, 1)
    ended = desk.claim(desk.worker(), 9, Lane.LIGHT)

    with desk.db.write(full=True):
        for one in ended:
            leases.finish(desk.db, one, now=clock.now())

    found = desk.claim(desk.worker(), 9, Lane.LIGHT)
    assert sorted((one.user, one.seat) for one in found) == [(1, -2), (1, -1)]
    assert desk.db.all(WAITING) == []


def test_who_ends_beside_a_seat_that_another_gives_gets_it_handed_on(
    desk: Desk, clock: Clock
) -> None:
    """The seat is free only behind the end, whatever was sent before."""
    deliveries(desk, 1, 3)
    deliveries(desk, 2, 3)
    one, _, two, _ = sorted(desk.claim(desk.worker(), 9, Lane.LIGHT), key=lambda it: it.user)

    with desk.db.write(full=True):
        seats.hand_on(desk.db, user=3, lane=Lane.LIGHT, seat=-1, now=clock.now())
        leases.finish(desk.db, one, now=clock.now())
        leases.retry(desk.db, two, delay=60, now=clock.now(), error="x")

    assert [it.user for it in desk.claim(desk.worker(), 9, Lane.LIGHT)] == [1, 2]


def test_where_one_was_lost_none_ends(desk: Desk, clock: Clock) -> None:
    for user in (1, 2, 3):
        deliveries(desk, user, 1)
    held = desk.claim(desk.worker(), 9, Lane.LIGHT)
    leases.finish(desk.db, held[1], now=clock.now())

    def end_all() -> None:
        with desk.db.write(full=True):
            for one in held:
                leases.finish(desk.db, one, now=clock.now())

    with pytest.raises(LeaseLost):
        end_all()

    assert [row[0] for row in desk.db.all(ENDED)] == [held[1].job]


@pytest.mark.parametrize("odd", ['a "b" \\ c', "{NULL},", "NULL", "", None, "سلام\n\t'"])
def test_what_went_wrong_is_kept_word_for_word(desk: Desk, clock: Clock, odd: str | None) -> None:
    for user in (1, 2):
        deliveries(desk, user, 1)
    one, two = desk.claim(desk.worker(), 9, Lane.LIGHT)

    with desk.db.write(full=True):
        leases.end(desk.db, one, State.FAILED, now=clock.now(), error=odd)
        leases.end(desk.db, two, State.DONE, now=clock.now())

    assert desk.db.all(ENDED) == [
        (one.job, State.FAILED, odd),
        (two.job, State.DONE, None),
    ]
