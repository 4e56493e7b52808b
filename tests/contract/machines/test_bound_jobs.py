"""Which jobs are bound to a machine, and who frees them of one that carries nothing."""

import pytest

from procs.records.job import SYSADMIN, Ask, Kind, Lane, Link, Person
from procs.records.job_progress import Unfinished
from procs.store.follows import follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.jobs import file_owners, leases, pause_control, pauses
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER
from procs.store.people import users
from procs.store.requests import requests
from procs.store.sites import link_checks
from tests.contract.machines.conftest import begun, claims


def bound(db) -> list[int]:
    return [job for (job,) in db.all("SELECT job FROM job_files")]


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


def test_a_job_goes_on_where_its_files_lie(desk, on, beats):
    lease = begun(desk, on)
    beats("m1", "m2")
    leases.release(desk.db, lease, now=desk.clock.now())

    on("m2")
    machine_rows.unbind(desk.db, now=desk.clock.now())
    assert not claims(desk, "w00-1-m2")
    on("m1")
    assert claims(desk, "w01-2-m1")


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


def test_what_was_bound_is_forgotten_with_its_job(desk, on, beats):
    lease = begun(desk, on)
    beats("m1")
    machine_rows.prune(desk.db, now=desk.clock.now())
    assert bound(desk.db) == [lease.job]

    leases.finish(desk.db, lease, now=desk.clock.now())
    machine_rows.prune(desk.db, now=desk.clock.now())

    assert bound(desk.db) == []


def test_a_database_of_one_machine_binds_nothing(desk):
    desk.asks(1, "film")
    (lease,) = claims(desk, "w00-1")
    lease.progress.unfinished = Unfinished("1-1", "b")
    leases.note(desk.db, lease)
    leases.release(desk.db, lease, now=desk.clock.now())

    assert bound(desk.db) == []
    assert claims(desk, "w00-1")
