"""What people are shown of how far a job is, for as long as its lease lasts."""

from collections.abc import Callable

import pytest

from procs.core.clock import Now
from procs.records.job import Lease, Step
from procs.store.database import Database
from procs.store.jobs import leases, recovery
from procs.store.requests import request_status
from procs.store.requests.request_status import Report
from tests.contract.conftest import Clock, Desk


def test_progress_is_shown_while_the_job_runs_and_not_after(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    request_status.report(desk.db, [Report(lease, Step.FETCH, 5, 10, 2.5)])
    during = desk.status(asked.request)

    leases.retry(desk.db, lease, delay=60, now=clock.now(), error="x")

    after = desk.status(asked.request)
    assert (during.step, during.done, during.total, during.rate) == (Step.FETCH, 5, 10, 2.5)
    assert (after.step, after.done) == (None, 0)
    assert after.retry_at is not None


def test_a_report_of_a_job_that_ended_meanwhile_leaves_no_row(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    leases.finish(desk.db, lease, now=clock.now())

    request_status.report(desk.db, [Report(lease, Step.FETCH, 5, 10, 2.5)])

    assert desk.db.all("SELECT job FROM progress") == []


def test_a_report_by_who_lost_the_job_leaves_no_row_for_who_has_it(
    desk: Desk, clock: Clock, dead_worker: int
) -> None:
    (asked,) = desk.asks(1, "a")
    (lost,) = desk.claim(dead_worker)
    recovery.release_dead(desk.db, now=clock.now())
    (lease,) = desk.claim(desk.worker())

    request_status.report(desk.db, [Report(lost, Step.FETCH, 5, 10, 2.5)])
    during = desk.status(asked.request)
    leases.finish(desk.db, lease, now=clock.now())

    assert (during.step, during.done) == (None, 0)
    assert desk.db.all("SELECT job FROM progress") == []


@pytest.mark.parametrize(
    "end",
    [
        lambda db, lease, now: leases.finish(db, lease, now=now),
        lambda db, lease, now: leases.postpone(db, lease, delay=9, now=now, why="its turn"),
        lambda db, lease, now: leases.release(db, lease, now=now),
        lambda db, lease, now: leases.release(db, leases.held(db, lease.job, lease.fence), now=now),
    ],
    ids=["done", "later", "given back", "given back by who reads the lease"],
)
def test_what_was_shown_of_a_job_goes_with_its_lease(
    desk: Desk, clock: Clock, end: Callable[[Database, Lease, Now], None]
) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    request_status.report(desk.db, [Report(lease, Step.FETCH, 5, 10, 2.5)])
    shown = desk.db.all("SELECT job FROM progress")

    end(desk.db, lease, clock.now())

    assert shown == [(lease.job,)]
    assert desk.db.all("SELECT job FROM progress") == []
