"""How many downloads a user may have at once: every connection goes by the same number."""

import pytest

from procs.records.job import SYSADMIN, Lane
from procs.store.jobs import leases, seats
from tests.contract.conftest import Desk
from tests.contract.place import Place


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Configured with a cap of 5 and 7 downloads at once."""
    seats.configure(desk.db, cap=5, rooms=7, now=desk.clock.now())
    return desk


def queued(desk: Desk) -> int:
    return len(desk.db.all("SELECT 1 FROM jobs WHERE state = 0"))


@pytest.mark.parametrize(("user", "cap"), [(1, 5), (SYSADMIN, 7)])
def test_a_freed_seat_up_to_the_configured_cap_is_handed_on_by_every_connection(
    desk: Desk, place: Place, user: int, cap: int
) -> None:
    desk.asks(user, *"abcdefghij"[: cap + 1])
    held = desk.claim(desk.worker(), room=cap + 1)
    other = place.open()

    leases.finish(other, held[-1], now=desk.clock.now())

    assert (len(held), queued(desk)) == (cap, 1)
    other.close()


def test_a_cap_of_everybody_goes_before_the_configured_one(desk: Desk) -> None:
    seats.set_cap_of_all(desk.db, 3, now=desk.clock.now())

    assert seats.cap(desk.db, 1, Lane.HEAVY) == 3


def test_a_higher_configured_cap_starts_who_waits(desk: Desk) -> None:
    desk.asks(1, *"abcdefgh")
    assert queued(desk) == 5

    assert seats.configure(desk.db, cap=7, rooms=7, now=desk.clock.now()) == 2

    assert queued(desk) == 7


def test_a_lower_configured_cap_lets_run_what_runs_and_hands_no_seat_beyond_it_on(
    desk: Desk,
) -> None:
    desk.asks(1, *"abcdef")
    held = desk.claim(desk.worker(), room=5)
    seats.configure(desk.db, cap=2, rooms=7, now=desk.clock.now())

    for lease in held[2:]:
        leases.finish(desk.db, lease, now=desk.clock.now())

    assert queued(desk) == 0


def test_what_is_configured_already_is_not_written_again(desk: Desk, place: Place) -> None:
    other = place.open()
    other.changed()

    seats.configure(desk.db, cap=5, rooms=7, now=desk.clock.now())

    assert not other.changed()
    other.close()
