"""What becomes of the jobs of a worker that died, and which job is blamed for it."""

from collections.abc import Callable

import pytest

from procs.records.job import State
from procs.store.health import alerts, counters
from procs.store.jobs import leases, recovery
from tests.contract.conftest import Clock, Desk
from tests.contract.cycle import holds


def test_a_dead_workers_jobs_are_taken_back_at_once(desk: Desk, dead_worker: int) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(dead_worker)

    assert recovery.release_dead(desk.db, now=desk.clock.now()) == 1
    assert desk.claim(desk.worker())[0].fence == lease.fence + 2


def test_what_a_dead_bot_holds_is_taken_back_and_no_worker_counts_as_dead(
    desk: Desk, dies: Callable[[], int]
) -> None:
    bot = dies()
    with desk.db.write():
        desk.db.send("UPDATE workers SET state = 'bot'", {})
    desk.asks(1, "a")
    desk.claim(bot)

    assert recovery.release_dead(desk.db, now=desk.clock.now()) == 1
    assert desk.db.all("SELECT state, why, ended_at IS NULL FROM workers") == [("gone", None, 0)]
    assert counters.read(desk.db) == {"jobs.taken-back": 1}


def test_a_download_that_lost_two_workers_is_quarantined_and_its_user_told(
    desk: Desk, dies: object
) -> None:
    (asked,) = desk.asks(1, "poison")
    for _ in range(2):
        desk.claim(dies())  # type: ignore[operator]
        recovery.release_dead(desk.db, now=desk.clock.now())

    assert desk.claim(desk.worker()) == []
    assert desk.status(asked.request).say == "failed-poison"
    assert desk.status(asked.request).job_state is State.DEAD
    assert [(one.kind, one.job) for one in alerts.standing(desk.db)] == [("quarantined", asked.job)]


def test_a_download_is_not_blamed_while_workers_die_without_it_too(
    desk: Desk, dies: Callable[[], int]
) -> None:
    (asked,) = desk.asks(1, "unlucky")
    for _ in range(3):
        dies()
        desk.claim(dies())
        recovery.release_dead(desk.db, now=desk.clock.now())

    assert len(desk.claim(desk.worker())) == 1
    assert desk.status(asked.request).state == "open"


def test_downloads_that_lost_their_workers_together_share_the_blame(
    desk: Desk, dies: Callable[[], int]
) -> None:
    asked = [*desk.asks(1, "a", "b"), *desk.asks(2, "c", "d")]
    for _ in range(2):
        desk.claim(dies(), room=4)
        recovery.release_dead(desk.db, now=desk.clock.now())

    assert len(desk.claim(desk.worker(), room=4)) == 4
    assert {desk.status(one.request).state for one in asked} == {"open"}


def test_the_death_of_a_worker_costs_its_jobs_no_attempt(
    desk: Desk, dies: Callable[[], int]
) -> None:
    desk.asks(1, "a")
    desk.claim(dies())
    recovery.release_dead(desk.db, now=desk.clock.now())

    assert [lease.attempt for lease in desk.claim(desk.worker())] == [1]


@pytest.mark.parametrize(
    ("deaths", "others", "convicted"),
    [(10, 0, True), (10, 10, True), (10, 11, False), (25, 60, False), (40, 99, True)],
)
def test_many_deaths_convict_unless_more_workers_died_elsewhere(
    deaths: int, others: int, convicted: bool
) -> None:
    assert recovery.is_suspect(deaths, deaths / 8, others=others) is convicted


def test_downloads_that_no_worker_outlives_are_given_up_in_the_end(
    desk: Desk, dies: Callable[[], int]
) -> None:
    asked = desk.asks(1, "a", "b")
    for _ in range(2 * int(recovery.BLAME)):
        desk.claim(dies(), room=2)
        recovery.release_dead(desk.db, now=desk.clock.now())

    assert desk.claim(desk.worker(), room=2) == []
    assert {desk.status(one.request).say for one in asked} == {"failed-poison"}


@pytest.mark.parametrize(
    "change",
    [
        "boot = 'the boot before'",  # a reboot: the pid and even its start may fit by chance
        "started = started - 1",  # somebody else runs under its pid
    ],
)
def test_a_worker_is_dead_when_its_boot_or_its_process_is_another(desk: Desk, change: str) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    desk.claim(worker)
    with desk.db.write():
        desk.db.change(f"UPDATE workers SET {change} WHERE id = :worker", {"worker": worker})

    assert recovery.release_dead(desk.db, now=desk.clock.now()) == 1


def test_another_machines_worker_is_judged_by_its_lease_alone(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    desk.claim(worker)
    with desk.db.write():
        desk.db.change("UPDATE workers SET host = 'elsewhere', pid = 0, started = 0")

    assert recovery.release_dead(desk.db, now=clock.now()) == 0
    clock.skip(leases.LEASE + 1)
    assert recovery.reap(desk.db, now=clock.now()) == 1


def test_a_living_workers_jobs_are_not_taken_back(desk: Desk) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())

    assert recovery.release_dead(desk.db, now=desk.clock.now()) == 0
    assert holds(desk.db, lease)
