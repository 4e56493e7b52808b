"""CHAPAR_MAX_DOWNLOADS_IN_ALL: two machines that claim and end downloads at once never have more of
them leased than it says, and never leave room while somebody waits."""

import multiprocessing
from multiprocessing.synchronize import Barrier

from procs.core import clock as clocks
from procs.core.machine import machine_name
from procs.records.job import Lane, State
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from tests.contract.conftest import Desk
from tests.contract.place import Place

FORK = multiprocessing.get_context("fork")
MACHINES, ROOMS, MOST, JOBS = ("m1", "m2"), 2, 3, 24
LEASED = f"SELECT COUNT(*) FROM jobs WHERE state = {State.LEASED}"
LEFT = f"SELECT COUNT(*) FROM jobs WHERE state <> {State.DONE}"


def claimed(db: Database, worker: int, room: int) -> list[leases.Lease]:
    facts = {"lane": Lane.HEAVY, "room": room, "now": clocks.now(), "most": MOST}
    return leases.claim(db, worker=worker, **facts)


def works(place: Place, name: str, together: Barrier) -> int:
    """One machine: it claims, lets the other look, and ends what it has with the next claim.
    Returns the most that it saw leased of both."""
    machine_name.give(name)
    db = place.open()
    worker, highest = workers.enter(db, f"w00-1-{name}", now=clocks.now()), 0
    held = claimed(db, worker, ROOMS)
    while db.all(LEFT) != [(0,)]:
        together.wait(20)
        highest = max(highest, db.all(LEASED)[0][0])
        together.wait(20)
        ended, held = held, []
        for lease in ended:
            with db.write(full=True, only=leases.names(lease, Lane.HEAVY, MOST)):
                leases.finish(db, lease, now=clocks.now())
                found = claimed(db, worker, ROOMS - len(held))
            held += found
        held += claimed(db, worker, ROOMS - len(held))
        together.wait(20)
    db.close()
    return highest


def carry(place: Place, name: str, together: Barrier, told: "multiprocessing.Queue[int]") -> None:
    told.put(works(place, name, together))


def test_two_machines_have_as_many_downloads_leased_as_is_allowed_in_all_and_no_more(
    desk: Desk, place: Place
) -> None:
    for user in range(1, JOBS + 1):
        desk.asks(user, f"link {user}")
    together, told = FORK.Barrier(len(MACHINES)), FORK.Queue()
    children = [FORK.Process(target=carry, args=(place, n, together, told)) for n in MACHINES]
    for child in children:
        child.start()
    highest = [told.get(timeout=60) for _ in children]
    for child in children:
        child.join()

    assert highest == [MOST, MOST]
    assert desk.db.all(LEFT) == [(0,)]


def test_a_machine_gets_what_the_other_leaves_of_all(desk: Desk) -> None:
    for user in range(1, 6):
        desk.asks(user, f"link {user}")
    one, other = desk.worker("w00-1-m1"), desk.worker("w00-1-m2")

    first, second = claimed(desk.db, one, 2), claimed(desk.db, other, 2)
    assert [len(first), len(second)] == [2, 1]
    assert claimed(desk.db, other, 1) == []

    leases.finish(desk.db, first[0], now=desk.clock.now())
    assert len(claimed(desk.db, other, 1)) == 1
