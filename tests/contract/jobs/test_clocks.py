"""Clocks that jump and machines that sleep release nothing that is still worked on."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from procs.core import clock as real
from procs.records.job import Lane, Lease
from procs.store.backups.invariants import audit
from procs.store.jobs import leases, recovery
from tests.contract.conftest import Clock, Desk
from tests.contract.cycle import holds
from tests.contract.place import Place

HOURS = 3600.0
#: A program in a world that slept nine hours while this one stayed awake (time_namespaces(7)):
#: CLOCK_BOOTTIME went on meanwhile, CLOCK_MONOTONIC did not.
SLEPT = ("unshare", "--time", "--boottime", str(int(9 * HOURS)))
#: Takes back what is over by its own clock; prints how long it slept, and how many leases it took.
REAP = """
import sys, time
from pathlib import Path
from procs.core import clock
from procs.store.jobs import recovery
from tests.contract.place import Place
db = Place(Path(sys.argv[1])).open()
print(round(time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()) // 3600)
print(recovery.reap(db, now=clock.now()))
"""


def wall_jumps(seconds: float) -> Callable[[Clock], None]:
    def jump(clock: Clock) -> None:
        clock.wall += seconds

    return jump


def suspended(clock: Clock) -> None:
    """The monotonic clock stands still meanwhile (clock_gettime(2)), the world's does not."""
    clock.wall += 9 * HOURS


@pytest.fixture
def held(desk: Desk) -> list[Lease]:
    desk.asks(1, "a", "b", "c")
    return desk.claim(desk.worker(), room=2)


@pytest.mark.parametrize(
    "event", [wall_jumps(2 * HOURS), wall_jumps(-2 * HOURS), suspended], ids=["on", "back", "sleep"]
)
def test_a_lease_outlives_what_the_wall_clock_does(
    desk: Desk, clock: Clock, held: list[Lease], event: Callable[[Clock], None]
) -> None:
    clock.skip(leases.LEASE - 1)
    event(clock)
    now = clock.now()

    assert recovery.reap(desk.db, now=now) + recovery.release_dead(desk.db, now=now) == 0
    assert all(holds(desk.db, one) for one in held)
    assert len(leases.renew(desk.db, worker=held[0].worker, now=now)) == 2
    for one in held:
        leases.release(desk.db, one, now=now)
    assert audit(desk.db) == []


@pytest.mark.parametrize("jump", [2 * HOURS, -2 * HOURS])
def test_a_hung_workers_lease_ends_in_time_whatever_the_wall_clock_does(
    desk: Desk, clock: Clock, held: list[Lease], jump: float
) -> None:
    clock.wall += jump
    clock.skip(leases.LEASE + 1)

    assert recovery.reap(desk.db, now=clock.now()) == len(held)


def test_a_retry_comes_early_or_late_after_a_jump_and_is_never_lost(
    desk: Desk, clock: Clock, held: list[Lease]
) -> None:
    leases.retry(desk.db, held[0], delay=30, now=clock.now(), error="x")
    clock.wall -= 2 * HOURS
    assert recovery.bring_due(desk.db, now=clock.now()) == 0

    clock.wall += 2 * HOURS
    clock.skip(31)
    recovery.bring_due(desk.db, now=clock.now())

    assert audit(desk.db) == []
    assert desk.db.all("SELECT id FROM jobs WHERE state = 2") == []


def test_what_a_clock_that_was_ahead_put_off_waits_no_longer_once_that_is_set_back(
    desk: Desk, clock: Clock, held: list[Lease]
) -> None:
    clock.wall += 2 * HOURS
    leases.retry(desk.db, held[0], delay=30, now=clock.now(), error="x")
    leases.release(desk.db, held[1], now=clock.now())
    clock.wall -= 2 * HOURS

    assert recovery.forget_ahead(desk.db, now=clock.now()) == 1
    assert recovery.forget_ahead(desk.db, now=clock.now()) == 0
    assert desk.db.all("SELECT id FROM jobs WHERE at > :now", {"now": clock.wall + 31}) == []
    assert recovery.bring_due(desk.db, now=clock.now()) == 0
    clock.skip(31)
    recovery.bring_due(desk.db, now=clock.now())

    assert desk.db.all("SELECT id FROM jobs WHERE state = 2") == []
    assert audit(desk.db) == []


def test_what_was_put_off_by_a_right_clock_waits_for_as_long_as_it_was(
    desk: Desk, clock: Clock, held: list[Lease]
) -> None:
    leases.retry(desk.db, held[0], delay=3 * HOURS, now=clock.now(), error="x")

    assert recovery.forget_ahead(desk.db, now=clock.now()) == 0

    clock.skip(2 * HOURS)
    assert recovery.bring_due(desk.db, now=clock.now()) == 0


def test_the_keeper_of_a_machine_that_really_slept_takes_nothing_back(
    desk: Desk, place: Place
) -> None:
    if subprocess.run([*SLEPT, "true"], capture_output=True).returncode:
        pytest.skip("this kernel, or this user, makes no worlds with clocks of their own")
    desk.asks(1, "a")
    (held,) = leases.claim(desk.db, worker=desk.worker(), lane=Lane.HEAVY, room=1, now=real.now())

    keeper = [sys.executable, "-c", REAP, str(place.folder)]
    said = subprocess.run([*SLEPT, *keeper], capture_output=True, text=True, check=True).stdout

    slept, taken = map(int, said.split())
    assert slept >= 9
    assert taken == 0
    assert holds(desk.db, held)


def test_after_a_boot_whose_clock_begins_anew_a_lease_goes_back_at_once(
    desk: Desk, clock: Clock, held: list[Lease]
) -> None:
    earlier = {"boot": "00000000-0000-0000-0000-000000000000", "worker": held[0].worker}
    with desk.db.write():
        desk.db.change("UPDATE workers SET boot = :boot WHERE id = :worker", earlier)
    clock.boot = 3.0  # far below the instants in the rows

    freed = recovery.release_dead(desk.db, now=clock.now())
    again = desk.claim(desk.worker("w00-2"), room=2)

    assert freed == len(held)
    assert {one.job for one in again} == {one.job for one in held}
    assert all(new.fence > old.fence for new, old in zip(again, held, strict=True))
    assert audit(desk.db) == []
