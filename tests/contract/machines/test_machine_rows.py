"""Machines that share a database: who is there, what is bound to which, and what its end does."""

import pytest

from procs.errors import LeaseLost
from procs.records.job import Lane
from procs.store.health import low_disks, workers
from procs.store.jobs import claimable, leases, pause_control, pauses, recovery
from procs.store.jobs.leases import LEASE
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.requests import request_status
from tests.contract.machines.conftest import begun, claims


def test_a_job_begins_anew_elsewhere_when_its_machine_is_gone(desk, on, beats):
    lease = begun(desk, on)
    beats("m1")
    desk.clock.skip(LEASE + 5)
    beats("m2")
    on("m2")
    assert recovery.reap(desk.db, now=desk.clock.now()) == 1
    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 1

    (fresh,) = claims(desk, "w00-1-m2")

    assert fresh.job == lease.job
    with pytest.raises(LeaseLost):
        leases.finish(desk.db, lease, now=desk.clock.now())


@pytest.mark.parametrize("is_counted", [False, True], ids=["silent", "counted as gone"])
def test_a_download_is_not_blamed_for_the_loss_of_its_machines(desk, on, beats, is_counted):
    (asked,) = desk.asks(1, "long film")
    on("m1")
    for _ in range(3):
        beats("m1")
        assert claims(desk, "w00-1-m1")
        desk.clock.skip(LEASE + 1)
        if is_counted:  # and it is back when its leases are taken back
            workers.forget_machine(
                desk.db, "m1", since=desk.clock.now().boot - LEASE, now=desk.clock.now()
            )
            beats("m1")
        assert recovery.reap(desk.db, now=desk.clock.now()) == 1

    assert desk.status(asked.request).state == "open"
    assert [one.job for one in claims(desk, "w01-2-m1")] == [asked.job]


def test_a_download_is_blamed_where_its_machine_goes_on(desk, on, beats):
    (asked,) = desk.asks(1, "poison")
    on("m1")
    for _ in range(2):
        claims(desk, "w00-1-m1")
        desk.clock.skip(LEASE + 1)
        beats("m1")
        recovery.reap(desk.db, now=desk.clock.now())

    assert desk.status(asked.request).say == "failed-poison"


def test_a_download_that_was_blamed_is_not_convicted_by_the_loss_of_its_machine(desk, on, beats):
    (asked,) = desk.asks(1, "film")
    with desk.db.write():
        facts = {"job": asked.job, "blame": recovery.BLAME}
        desk.db.change("UPDATE jobs SET blame = :blame WHERE id = :job", facts)
    on("m1")
    beats("m1")
    claims(desk, "w00-1-m1")
    desk.clock.skip(LEASE + 1)

    recovery.reap(desk.db, now=desk.clock.now())

    assert desk.status(asked.request).state == "open"


def test_a_download_that_takes_down_each_machine_is_given_up_in_the_end(desk, on, beats):
    (asked,) = desk.asks(1, "poison")
    for number in range(recovery.MANY):
        on(f"m{number}")
        beats(f"m{number}")
        claims(desk, "w00-1")
        desk.clock.skip(LEASE + 1)
        recovery.reap(desk.db, now=desk.clock.now())

    assert desk.status(asked.request).say == "failed-poison"


def test_a_job_begins_anew_elsewhere_when_its_machine_is_drained(desk, on, beats):
    lease = begun(desk, on)
    beats("m1", "m2")
    leases.release(desk.db, lease, now=desk.clock.now())
    pause_control.pause(desk.db, pauses.machine("m1"), now=desk.clock.now())

    assert not claimable.ready(desk.db, Lane.HEAVY)
    assert not claims(desk, "w01-2-m1")
    on("m2")
    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 1
    assert claims(desk, "w00-1-m2")


def test_a_machine_whose_keeper_alone_is_silent_has_room_for_a_download(desk, on, beats):
    on("m1")
    beats("m1")
    worker = desk.worker("w00-1-m1")
    (asked,) = desk.asks(1, "film")
    desk.clock.skip(GONE_AFTER + 1)
    workers.beat(desk.db, worker, jobs=0, now=desk.clock.now())
    beats("m2")

    low_disks.note_low(desk.db, "m2", free=1, now=desk.clock.now())

    assert desk.status(asked.request).error == ""


def test_a_download_waits_for_room_only_where_no_machine_has_any(desk, on, beats):
    on("m1")
    beats("m1", "m2")
    (asked,) = desk.asks(1, "film")
    said = []
    for name in ("m2", "m1"):
        low_disks.note_low(desk.db, name, free=1, now=desk.clock.now())
        said.append(desk.status(asked.request).error)

    assert said == ["", request_status.NO_ROOM]


def test_a_machine_is_lost_when_it_is_silent_and_nobody_stopped_it(db, clock, beats):
    beats("m1", "m2")
    machine_rows.leave(db, "m2", now=clock.now())
    assert [one.is_gone(clock.now()) for one in machine_rows.listed(db)] == [False, False]

    clock.skip(GONE_AFTER + 1)

    first, second = machine_rows.listed(db)
    assert (first.is_lost(clock.now()), second.is_lost(clock.now())) == (True, False)
    beats("m2")
    assert [one.ended_at for one in machine_rows.listed(db)] == [None, None]


def test_a_worker_of_a_machine_that_was_counted_as_gone_learns_it_from_its_beat(desk, on):
    on("m1")
    worker = desk.worker("w00-1-m1")
    assert workers.beat(desk.db, worker, jobs=0, now=desk.clock.now())
    desk.clock.skip(GONE_AFTER + 1)

    assert forgotten(desk, "m1") == 1

    assert not workers.beat(desk.db, worker, jobs=0, now=desk.clock.now())
    assert forgotten(desk, "m1") == 0


def forgotten(desk, name: str) -> int:
    now = desk.clock.now()
    return workers.forget_machine(desk.db, name, since=now.boot - GONE_AFTER, now=now)


def test_a_worker_that_beats_is_not_forgotten_with_its_silent_machine(desk, on):
    on("m1")
    silent, heard = desk.worker("w00-1-m1"), desk.worker("w01-1-m1")
    desk.clock.skip(GONE_AFTER + 1)
    assert workers.beat(desk.db, heard, jobs=0, now=desk.clock.now())

    assert forgotten(desk, "m1") == 1

    assert workers.beat(desk.db, heard, jobs=0, now=desk.clock.now())
    assert not workers.beat(desk.db, silent, jobs=0, now=desk.clock.now())


def test_a_machine_whose_keeper_alone_is_silent_is_not_lost_and_keeps_its_files(desk, on, beats):
    lease = begun(desk, on)
    beats("m1")
    leases.release(desk.db, lease, now=desk.clock.now())
    worker = desk.worker("w01-2-m1")
    desk.clock.skip(GONE_AFTER + 1)
    workers.beat(desk.db, worker, jobs=0, now=desk.clock.now())
    beats("m2")

    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 0

    now = desk.clock.now()
    one, _ = machine_rows.listed(desk.db)
    assert (one.is_unkept(now), one.is_gone(now), one.is_lost(now)) == (True, False, False)
    assert machine_rows.carriers(desk.db, now=now) == ["m1", "m2"]


def test_machines_that_are_gone_for_a_day_are_forgotten(db, clock, beats):
    beats("m1")
    clock.skip(machine_rows.SHOWN + 1)
    beats("m2")

    machine_rows.prune(db, now=clock.now())

    assert [one.name for one in machine_rows.listed(db)] == ["m2"]


def test_a_machine_whose_workers_are_heard_is_shown_after_a_day_without_a_keeper(desk, on, beats):
    beats("m1")
    on("m1")
    worker = desk.worker("w00-1-m1")
    desk.clock.skip(machine_rows.SHOWN + 1)
    workers.beat(desk.db, worker, jobs=0, now=desk.clock.now())

    machine_rows.prune(desk.db, now=desk.clock.now())

    assert [one.name for one in machine_rows.listed(desk.db)] == ["m1"]
