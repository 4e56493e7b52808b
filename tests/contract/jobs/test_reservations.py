"""Room on the disk is promised once, whoever asks, and comes back when a lease ends."""

import pytest

from procs.errors import LeaseLost
from procs.records.job import Lease
from procs.store.database import Database
from procs.store.jobs import leases, recovery, reservations
from procs.store.jobs.reservations import DiskSpace, Used
from tests.contract.conftest import Clock, Desk

HERE = "here"


def disk(free: int, used: Used | None = None) -> DiskSpace:
    return DiskSpace(HERE, free, used or {})


@pytest.fixture
def two(desk: Desk) -> tuple[Lease, Lease]:
    """Two downloads that run at once."""
    desk.asks(1, "a")
    desk.asks(2, "b")
    worker = desk.worker()
    one, other = desk.claim(worker, room=2)
    return one, other


def test_what_is_promised_to_one_is_missing_for_another(
    db: Database, two: tuple[Lease, Lease]
) -> None:
    one, other = two

    assert reservations.reserve(db, one, 70, disk=disk(100)) == 0
    assert reservations.reserve(db, other, 50, disk=disk(100)) == 20
    assert reservations.rows(db, HERE) == [(one.job, one.fence, 70)]


def test_what_a_download_has_written_is_not_counted_twice(
    db: Database, two: tuple[Lease, Lease]
) -> None:
    one, other = two
    reservations.reserve(db, one, 70, disk=disk(100))
    written = disk(100 - 60, {(one.job, one.fence): 60})

    assert reservations.reserve(db, other, 30, disk=written) == 0


def test_a_promise_grows_by_the_difference(db: Database, two: tuple[Lease, Lease]) -> None:
    one, _ = two
    reservations.reserve(db, one, 70, disk=disk(100))

    assert reservations.reserve(db, one, 100, disk=disk(100)) == 0
    assert reservations.reserve(db, one, 101, disk=disk(100)) == 1
    assert reservations.rows(db, HERE) == [(one.job, one.fence, 100)]


def test_a_dead_workers_promise_is_free_at_once(db: Database, desk: Desk, dead_worker: int) -> None:
    desk.asks(1, "a")
    desk.asks(2, "b")
    (lost,) = desk.claim(dead_worker)
    reservations.reserve(db, lost, 100, disk=disk(100))
    recovery.release_dead(db, now=desk.clock.now())
    (fresh,) = desk.claim(desk.worker())

    assert reservations.reserve(db, fresh, 100, disk=disk(100)) == 0
    assert reservations.prune(db, host=HERE) == 1


def test_a_promise_to_a_lease_that_is_lost_is_not_made(
    db: Database, desk: Desk, clock: Clock, two: tuple[Lease, Lease]
) -> None:
    one, _ = two
    leases.release(db, one, now=clock.now())

    with pytest.raises(LeaseLost):
        reservations.reserve(db, one, 1, disk=disk(100))


def test_machines_have_disks_of_their_own(db: Database, two: tuple[Lease, Lease]) -> None:
    one, other = two
    reservations.reserve(db, one, 100, disk=disk(100))

    assert reservations.reserve(db, other, 100, disk=DiskSpace("there", 100, {})) == 0


def test_a_download_that_is_over_leaves_its_room(db: Database, two: tuple[Lease, Lease]) -> None:
    one, other = two
    reservations.reserve(db, one, 100, disk=disk(100))
    reservations.drop(db, one, host=HERE)

    assert reservations.reserve(db, other, 100, disk=disk(100)) == 0
