"""What a job's story tells of the attempts that it lost, whoever wrote its lines."""

import pytest

from procs.store.jobs import history, leases, recovery
from procs.store.reports import job_record
from tests.contract.conftest import Clock, Desk

TELL = "UPDATE jobs SET story = story || :lines WHERE id = :job"
#: Lines of a version that did not write which attempt a retry had cost: an attempt of its own, a
#: wait, and an attempt or a wait.
EARLIER = """\
1750000000.000 later error=network-broken delay=1.0
1750000001.000 later error=no-room delay=9.0
1750000002.000 later error=breaker site-busy delay=60.0
"""


def puts_off(desk: Desk, clock: Clock, *errors: str, free: bool = False) -> None:
    """Put off the one job for each of these, and let it run again each time."""
    for error in errors:
        (lease,) = desk.claim(desk.worker())
        leases.retry(desk.db, lease, delay=1, now=clock.now(), error=error, free=free)
        clock.skip(2)
        recovery.bring_due(desk.db, now=clock.now())


@pytest.fixture
def job(desk: Desk) -> int:
    """A job that was asked for."""
    (asked,) = desk.asks(1, "a")
    assert asked.job is not None
    return asked.job


def test_a_failure_that_opened_a_breaker_has_its_name_among_the_others(
    desk: Desk, clock: Clock, job: int
) -> None:
    puts_off(desk, clock, "engine-died", "breaker site-busy", "site-busy")
    assert history.put_off_for(desk.db, job) == ["engine-died", "site-busy", "site-busy"]


def test_a_wait_for_a_breaker_is_no_failure(desk: Desk, clock: Clock, job: int) -> None:
    waits = ("breaker site-busy", "flood-wait chat:1", "telegram-away no route to it")
    puts_off(desk, clock, *waits, free=True)
    assert history.put_off_for(desk.db, job) == []


def test_the_story_tells_which_attempt_was_lost(desk: Desk, clock: Clock, job: int) -> None:
    puts_off(desk, clock, "engine-died", "breaker site-busy")
    puts_off(desk, clock, "breaker site-busy", free=True)

    found = job_record.find(desk.db, str(job))

    assert found is not None
    assert [line.partition(" later ")[2] for line in found.story if " later " in line] == [
        "error=engine-died delay=1.0 attempt=1",
        "error=breaker site-busy delay=1.0 attempt=2",
        "error=breaker site-busy delay=1.0",
    ]


def test_lines_of_an_earlier_version_are_read_as_they_were(
    desk: Desk, clock: Clock, job: int
) -> None:
    with desk.db.write():
        desk.db.change(TELL, {"job": job, "lines": EARLIER})
    puts_off(desk, clock, "breaker site-busy")
    assert history.put_off_for(desk.db, job) == ["network-broken", "no-room", "site-busy"]
