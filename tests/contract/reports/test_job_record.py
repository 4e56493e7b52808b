"""What the sysadmin can ask about jobs, and do with them."""

from procs.records.job import State
from procs.store.jobs import leases, outcomes, recovery
from procs.store.reports import job_record
from procs.store.requests import requests
from tests import store_acts
from tests.contract.conftest import Clock, Desk


def fail(desk: Desk) -> str:
    (lease,) = desk.claim(desk.worker())
    return outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=desk.clock.now())


def test_a_story_tells_every_event_in_order(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    worker = desk.worker()
    (lease,) = desk.claim(worker)
    leases.retry(desk.db, lease, delay=1, now=clock.now(), error="site-busy")
    clock.skip(2)
    recovery.bring_due(desk.db, now=clock.now())
    (lease,) = desk.claim(worker)
    leases.release(desk.db, lease, now=clock.now())
    (lease,) = desk.claim(worker)
    leases.finish(desk.db, lease, now=clock.now())

    found = job_record.find(desk.db, str(asked.job))

    assert found is not None
    words = [line.split()[1] for line in found.story]
    assert words == [
        "added",
        "claimed",
        "later",
        "queued",
        "claimed",
        "released",
        "claimed",
        "done",
    ]
    assert [float(line.split()[0]) for line in found.story] == sorted(
        float(line.split()[0]) for line in found.story
    )


def test_a_job_is_found_by_the_code_a_person_was_given(desk: Desk) -> None:
    (asked,) = desk.asks(1, "a")
    code = fail(desk)

    found = job_record.find(desk.db, code.lower())

    assert found is not None
    assert (found.id, found.error) == (asked.job, "gone")


def test_a_failed_job_can_be_tried_again_and_is_waited_for_again(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    fail(desk)

    assert job_record.retry(desk.db, asked.job, now=clock.now())

    assert desk.status(asked.request).state == "open"
    assert desk.claim(desk.worker())[0].attempt == 1


def test_a_running_job_cannot_be_retried(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    desk.claim(desk.worker())

    assert not job_record.retry(desk.db, asked.job, now=clock.now())


def test_a_failed_job_is_not_retried_beside_its_twin(desk: Desk, clock: Clock) -> None:
    (asked,) = desk.asks(1, "a")
    fail(desk)
    desk.asks(2, "a")

    assert not job_record.retry(desk.db, asked.job, now=clock.now())


def test_a_cancelled_job_ends_for_everybody_who_waits(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    (two,) = desk.asks(2, "a")

    assert store_acts.cancel_job(desk.db, one.job, now=clock.now())

    assert [desk.status(r.request).state for r in (one, two)] == ["cancelled"] * 2
    assert desk.claim(desk.worker()) == []


def test_what_all_have_left_is_not_retried(desk: Desk, clock: Clock) -> None:
    """Cancelled by the sysadmin while it ran, it failed before it could stop."""
    (asked,) = desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    store_acts.cancel_job(desk.db, asked.job, now=clock.now())
    outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=clock.now())

    assert not job_record.retry(desk.db, asked.job, now=clock.now())


def test_the_living_jobs_are_listed_with_their_states(desk: Desk) -> None:
    desk.asks(1, "a", "b", "c")
    desk.claim(desk.worker())

    states = [job.state for job in job_record.alive(desk.db)]

    assert states == [State.LEASED, State.QUEUED, State.WAITING]


def test_who_left_before_the_failure_does_not_wait_again(desk: Desk, clock: Clock) -> None:
    (left,) = desk.asks(1, "a")
    (stayed,) = desk.asks(2, "a")
    requests.cancel(desk.db, left.request, user=1, now=clock.now())
    fail(desk)

    job_record.retry(desk.db, left.job, now=clock.now())

    assert [desk.status(r.request).state for r in (left, stayed)] == ["cancelled", "open"]


def test_a_story_tells_who_came_to_a_download_and_who_left_it(desk: Desk, clock: Clock) -> None:
    (one,) = desk.asks(1, "a")
    desk.claim(desk.worker())
    (two,) = desk.asks(2, "a")
    requests.cancel(desk.db, one.request, user=1, now=clock.now())
    requests.cancel(desk.db, two.request, user=2, now=clock.now())
    desk.asks(3, "a")

    found = job_record.find(desk.db, str(one.job))

    assert found is not None
    told = [line.split(" ", 1)[1] for line in found.story[2:]]
    assert told == ["joined user=2", "left user=1", "stop-asked", "joined user=3"]
