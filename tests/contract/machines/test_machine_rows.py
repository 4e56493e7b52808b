"""Machines that share a database: who is there, what is bound to which, and what its end does."""

from collections.abc import Callable

import pytest

from procs.core.machine import machine_name
from procs.errors import LeaseLost
from procs.records.job import SYSADMIN, Ask, Kind, Lane, Link, Person
from procs.records.job_progress import Unfinished
from procs.store.admins import admin_orders
from procs.store.follows import follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.health import low_disks, workers
from procs.store.jobs import claimable, file_owners, leases, pause_control, pauses, recovery
from procs.store.jobs.leases import LEASE
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.people import users
from procs.store.requests import request_status, requests
from procs.store.sites import link_checks


@pytest.fixture
def on(monkeypatch) -> Callable[[str], None]:
    """Go on as a process of another machine."""
    return lambda name: monkeypatch.setattr(machine_name.HERE, "told", name)


@pytest.fixture
def beats(db, clock) -> Callable[..., None]:
    def beat(*names: str, roles: str = "worker,keeper") -> None:
        for name in names:
            facts = {"boot": "b", "home": f"/srv/{name}", "roles": roles, "slots": 2}
            machine_rows.beat(db, name, **facts, version="1", now=clock.now())

    return beat


def claims(desk, name: str, lane: Lane = Lane.HEAVY) -> list[leases.Lease]:
    return leases.claim(desk.db, worker=desk.worker(name), lane=lane, room=4, now=desk.clock.now())


def plans(desk) -> None:
    """A keeper's rounds: a look at a list that somebody follows, and a check of a link."""
    users.remember(desk.db, Person(1), now=desk.clock.now())
    link = Link("https://site.example/list", "site.example", "url:list")
    follows.begin(desk.db, 1, link, limits=FollowLimits(3, 10), now=desk.clock.now())
    assert sources.plan(desk.db, now=desk.clock.now()) == 1
    links = {"other.example": ["https://other.example/1"]}
    assert link_checks.plan(desk.db, links, now=desk.clock.now()) == 1


def fetches(desk) -> int:
    """A download by `chapar fetch`; its job."""
    ask = Ask(SYSADMIN, 0, 1, 0, desk.link("film"), folder=True)
    (done,) = requests.submit(desk.db, [ask], now=desk.clock.now())
    return done.job


def begun(desk, on) -> leases.Lease:
    """A download that began on the first machine, with files there."""
    on("m1")
    desk.asks(1, "film")
    (lease,) = claims(desk, "w00-1-m1")
    lease.progress.unfinished = Unfinished("1-1", "b")
    leases.note(desk.db, lease)
    return lease


def test_a_job_goes_on_where_its_files_lie(desk, on, beats):
    lease = begun(desk, on)
    beats("m1", "m2")
    leases.release(desk.db, lease, now=desk.clock.now())

    on("m2")
    machine_rows.unbind(desk.db, now=desk.clock.now())
    assert not claims(desk, "w00-1-m2")
    on("m1")
    assert claims(desk, "w01-2-m1")


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
            workers.forget_machine(desk.db, "m1", now=desk.clock.now())
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


def test_what_a_keeper_plans_is_claimed_by_any_machine(desk, on):
    on("m1")
    plans(desk)

    on("m2")

    found = claims(desk, "w00-1-m2", Lane.SOURCE)
    assert {one.kind for one in found} == {Kind.SOURCE, Kind.CHECK}


@pytest.mark.parametrize("why", ["drained", "silent", "without workers"])
def test_looks_that_an_older_version_bound_are_freed_of_a_machine_that_carries_nothing(
    desk, on, beats, why
):
    beats("m1", roles="keeper,bot" if why == "without workers" else "worker")
    if why == "drained":
        pause_control.pause(desk.db, pauses.machine("m1"), now=desk.clock.now())
    elif why == "silent":
        desk.clock.skip(GONE_AFTER + 1)
    on("m1")
    plans(desk)
    with desk.db.write():
        for (job,) in desk.db.all("SELECT id FROM jobs"):
            file_owners.bind(desk.db, job, "m1")
    on("m2")
    assert claims(desk, "w00-1-m2", Lane.SOURCE) == []

    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 2

    assert len(claims(desk, "w00-1-m2", Lane.SOURCE)) == 2


def test_a_download_goes_on_elsewhere_when_its_machine_has_no_workers_any_more(desk, on, beats):
    lease = begun(desk, on)
    leases.release(desk.db, lease, now=desk.clock.now())
    beats("m1", roles="keeper,bot")

    on("m2")
    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 1
    assert claims(desk, "w00-1-m2")


def test_what_is_collected_on_a_machine_waits_for_it(desk, on, beats):
    on("m1")
    job = fetches(desk)
    desk.clock.skip(GONE_AFTER + 1)

    on("m2")
    assert machine_rows.unbind(desk.db, now=desk.clock.now()) == 0
    assert claims(desk, "w00-1-m2") == []
    on("m1")
    assert [one.job for one in claims(desk, "w00-1-m1")] == [job]


def test_a_download_waits_for_room_only_where_no_machine_has_any(desk, on, beats):
    on("m1")
    beats("m1", "m2")
    (asked,) = desk.asks(1, "film")
    said = []
    for name in ("m2", "m1"):
        low_disks.note_low(desk.db, name, free=1, now=desk.clock.now())
        said.append(desk.status(asked.request).error)

    assert said == ["", request_status.NO_ROOM]


def test_what_was_bound_is_forgotten_with_its_job(desk, on, beats):
    lease = begun(desk, on)
    beats("m1")
    machine_rows.prune(desk.db, now=desk.clock.now())
    assert bound(desk.db) == [lease.job]

    leases.finish(desk.db, lease, now=desk.clock.now())
    machine_rows.prune(desk.db, now=desk.clock.now())

    assert bound(desk.db) == []


def bound(db) -> list[int]:
    return [job for (job,) in db.all("SELECT job FROM job_files")]


def test_a_database_of_one_machine_binds_nothing(desk):
    desk.asks(1, "film")
    (lease,) = claims(desk, "w00-1")
    lease.progress.unfinished = Unfinished("1-1", "b")
    leases.note(desk.db, lease)
    leases.release(desk.db, lease, now=desk.clock.now())

    assert bound(desk.db) == []
    assert claims(desk, "w00-1")


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


def taken(db, clock, on) -> int:
    """An order that the first machine took."""
    facts = {"admin": 1, "chat": 1, "access": 0, "mark": "a"}
    admin_orders.give(db, admin_orders.RESTART, **facts, now=clock.now())
    on("m1")
    (order,) = admin_orders.due_here(db)
    assert admin_orders.take(db, order.id, 77)
    return order.id


def freed(db, clock) -> int:
    return admin_orders.free(db, since=clock.now().boot - GONE_AFTER)


def test_an_order_belongs_to_the_machine_that_took_it(db, clock, on, beats):
    taken(db, clock, on)
    beats("m1")

    on("m2")
    assert (freed(db, clock), admin_orders.due_here(db)) == (0, [])


@pytest.mark.parametrize("is_stopped", [False, True])
def test_an_order_of_a_machine_that_is_gone_is_taken_by_another(db, clock, on, beats, is_stopped):
    order = taken(db, clock, on)
    beats("m1")
    if is_stopped:
        machine_rows.leave(db, "m1", now=clock.now())
    clock.skip(GONE_AFTER + 1)

    on("m2")
    assert freed(db, clock) == 1
    assert [(one.id, one.runner) for one in admin_orders.due_here(db)] == [(order, 0)]


def test_an_order_is_free_of_a_machine_that_nobody_knows_or_whose_keeper_does_none(
    db, clock, on, beats
):
    order = taken(db, clock, on)
    assert freed(db, clock) == 1
    admin_orders.take(db, order, 78)
    facts = {"boot": "b", "home": "/srv/m1", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(db, "m1", **facts, now=clock.now())

    assert freed(db, clock) == 1
