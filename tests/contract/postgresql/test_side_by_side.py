"""What goes on beside what: transactions of several connections, stopped in the middle of each
other, and a crowd of processes that do everything at once."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from procs.core import clock as clocks
from procs.errors import LeaseLost, StoreError
from procs.records.job import Lane, Lease, State
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.limits import send_budget
from procs.store.limits.send_budget import GapLimit
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.postgresql.server_transaction import WITH_GATE
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.contract.postgresql.aside import WAITS, Aside, faults

pytestmark = pytest.mark.postgresql
FORK = multiprocessing.get_context("fork")
#: Seconds of a crowd's day.
DAY = 4.0
LEASED = f"SELECT COUNT(*) FROM jobs WHERE state = {State.LEASED}"
SEATS = "SELECT user_id, seat FROM jobs WHERE seat < 0 ORDER BY user_id, seat DESC"


@pytest.fixture
def other(place: Place) -> Iterator[Database]:
    other = place.open()
    yield other
    other.close()


def claims(
    desk: Desk, worker: int, room: int = 1, most: int = leases.ENDLESS
) -> Callable[[Database], list[Lease]]:
    now = desk.clock.now()
    facts = {"worker": worker, "lane": Lane.HEAVY, "room": room, "now": now, "most": most}
    return lambda db: leases.claim(db, **facts)


def test_a_claim_passes_over_what_another_is_about_to_take(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    first, second = desk.asks(1, "a"), desk.asks(2, "b")
    claim = claims(desk, desk.worker())
    with db.write(only=()):
        (mine,) = claim(db)
        (theirs,) = claim(other)

    assert (mine.job, theirs.job) == (first[0].job, second[0].job)
    assert faults(db) == []


def test_a_limit_of_the_lane_is_counted_by_one_at_a_time(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    for user in (1, 2, 3):
        desk.asks(user, f"of {user}")
    claim = claims(desk, desk.worker(), most=2, room=2)
    with db.write(only=(f"lane {Lane.HEAVY:d}",)):
        assert len(claim(db)) == 2
        late = Aside(place, claim)
        assert late.waits(db)

    assert late.end() == []
    assert db.all(LEASED) == [(2,)]


def test_two_ends_of_one_person_hand_on_two_seats(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    desk.asks(1, *"abcdef")
    one, two = desk.claim(desk.worker(), room=2)
    now = desk.clock.now()
    with db.write(full=True, only=("user 1",)):
        leases.finish(db, one, now=now)
        assert db.all("SELECT 1") == [(1,)]  # so all before it has reached the server
        late = Aside(place, lambda other: leases.finish(other, two, now=now))
        assert late.waits(db)

    late.end()
    assert db.all(SEATS) == [(1, -1), (1, -2)]
    assert faults(db) == []


def test_ends_of_two_people_wait_for_nothing(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    desk.asks(1, "a", "b", "c")
    desk.asks(2, "x", "y", "z")
    held = {one.user: one for one in desk.claim(desk.worker(), room=4)}
    now = desk.clock.now()
    with db.write(full=True, only=("user 1",)):
        leases.finish(db, held[1], now=now)
        leases.finish(other, held[2], now=now)

    assert faults(db) == []


def test_a_beat_and_a_note_go_beside_a_claim_and_an_end(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    desk.asks(1, "a", "b")
    desk.asks(2, "x", "y")
    mine, yours = desk.worker("w00-1"), desk.worker("w01-1")
    (lease,) = desk.claim(yours)
    now = desk.clock.now()
    with db.write(full=True, only=("user 9",)):
        claims(desk, mine)(db)
        assert [one.job for one in leases.renew(other, worker=yours, now=now)] == [lease.job]
        workers.beat(other, yours, jobs=1, now=now)
        leases.note(other, lease)


@pytest.mark.parametrize("place_of_name", [0, WITH_GATE - 1, WITH_GATE, 2 * WITH_GATE])
def test_of_many_things_that_a_transaction_names_nobody_else_has_one(
    desk: Desk, db: ServerConnection, place: Place, place_of_name: int
) -> None:
    """Those that are locked with the gate, and those that are not."""
    names = [f"thing {number:03d}" for number in range(3 * WITH_GATE)]

    def write(other: Database) -> None:
        with other.write(only=(names[place_of_name],)):
            other.all(LEASED)

    with db.write(only=names):
        db.all(LEASED)
        late = Aside(place, write)
        assert late.waits(db)
    late.end()


def test_what_names_nothing_is_alone(desk: Desk, db: ServerConnection, place: Place) -> None:
    desk.asks(1, "a")
    claim = claims(desk, desk.worker())
    with db.write():
        assert db.all(WAITS, {"kind": "advisory"}) == [(0,)]  # it takes the gate
        late = Aside(place, claim)
        assert late.waits(db)
        db.change("UPDATE jobs SET state = 4, seat = NULL")

    assert late.end() == []


def test_what_is_alone_cannot_be_part_of_what_goes_beside_others(
    desk: Desk, db: ServerConnection
) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())

    def end_it_beside_others() -> None:
        with db.write(only=("user 2",)):
            leases.finish(db, lease, now=desk.clock.now())

    with pytest.raises(StoreError, match="may not become one that is alone"):
        end_it_beside_others()


def test_a_budget_is_spent_once_by_two_who_ask_at_once(
    desk: Desk, db: ServerConnection, place: Place, other: Database
) -> None:
    chat, elsewhere = GapLimit("chat:1", 1.0, 0.0), GapLimit("chat:2", 1.0, 0.0)
    now = desk.clock.now()

    def take(db: Database, rule: GapLimit) -> float:
        return send_budget.take(db, [rule], patience=9, now=now)

    with db.write(only=("chat:1",)):
        assert take(db, chat) == 0.0
        assert take(other, elsewhere) == 0.0
        late = Aside(place, lambda db: take(db, chat))
        assert late.waits(db)

    assert late.end() == pytest.approx(1.0)


def works(place: Place, number: int, till: float) -> None:
    """A worker that claims, notes, beats, ends, gives back; and asks for more now and then."""
    db, dice = place.open(), random.Random(number)
    desk = Desk(db, clocks)  # type: ignore[arg-type]
    desk.messages = 1_000_000 * (number + 1)
    worker = workers.enter(db, f"w{number:02d}-1", now=clocks.now())
    held: list[Lease] = []
    while clocks.now().boot < till:
        if dice.random() < 0.2:
            desk.asks(dice.randint(1, 4), f"{dice.random()}")
        held += leases.claim(db, worker=worker, lane=Lane.HEAVY, room=2, now=clocks.now(), most=6)
        assert db.all(LEASED)[0][0] <= 6
        leases.renew(db, worker=worker, now=clocks.now())
        dice.shuffle(held)
        while held and dice.random() < 0.7:
            with suppress(LeaseLost):
                end = leases.finish if dice.random() < 0.8 else leases.release
                end(db, held.pop(), now=clocks.now())
    for lease in held:
        leases.finish(db, lease, now=clocks.now())
    db.close()


def test_a_crowd_leaves_seats_turns_and_limits_whole(place: Place, db: ServerConnection) -> None:
    till = clocks.now().boot + DAY
    crowd = [FORK.Process(target=works, args=(place, n, till)) for n in range(5)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert [one.exitcode for one in crowd] == [0] * 5
    assert faults(db) == []
    assert db.all(LEASED) == [(0,)]
