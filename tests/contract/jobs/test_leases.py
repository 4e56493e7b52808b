"""Who may work on which job, and until when."""

import pytest

from procs.errors import LeaseLost
from procs.records.job import Lane, State
from procs.records.job_progress import Progress
from procs.store.jobs import claimable, leases, outcomes, pause_control, pauses, recovery
from tests.contract.conftest import Clock, Desk
from tests.contract.cycle import holds


def test_a_user_has_at_most_cap_jobs_on_seats(desk: Desk) -> None:
    desk.asks(1, "a", "b", "c", "d", "e")

    assert len(desk.claim(desk.worker(), room=10)) == 2


def test_a_job_that_ends_hands_its_seat_to_the_users_next(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b", "c")
    first, _ = desk.claim(desk.worker(), room=10)

    leases.finish(desk.db, first, now=clock.now())

    assert [lease.link.key for lease in desk.claim(first.worker, room=10)] == ["url:c"]


def test_a_new_user_waits_behind_cap_jobs_of_another_however_many_that_one_has(desk: Desk) -> None:
    desk.asks(1, *(f"big{n}" for n in range(500)))
    desk.asks(2, "small")

    worker = desk.worker()
    assert [desk.claim(worker)[0].user for _ in range(3)] == [1, 1, 2]


def test_a_finished_job_sends_its_user_to_the_back_of_the_ring(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a", "b", "c")
    (first,) = desk.claim(worker)
    desk.asks(2, "x", "y")

    leases.finish(desk.db, first, now=clock.now())

    turns = [desk.claim(worker)[0].link.key for _ in range(4)]
    assert turns == ["url:b", "url:x", "url:y", "url:c"]


def test_downloads_of_all_workers_together_stay_under_the_limit(desk: Desk) -> None:
    for user in range(6):
        desk.asks(user, f"a{user}", f"b{user}")
    one, two = desk.worker("w00-1"), desk.worker("w01-2")

    taken = [
        len(leases.claim(desk.db, worker=w, lane=Lane.HEAVY, room=4, most=5, now=desk.clock.now()))
        for w in (one, two, one)
    ]

    assert taken == [4, 1, 0]


def test_the_outlook_shows_no_download_that_the_limit_of_all_forbids(desk: Desk) -> None:
    """A worker with a free room would come back for it at once, for ever."""
    desk.asks(1, "a", "b")
    desk.claim(desk.worker())

    assert claimable.look(desk.db, most=2).ready == (Lane.HEAVY,)
    assert claimable.look(desk.db, most=1).ready == ()


def test_a_lease_that_is_over_counts_until_it_would_have_been_taken_back(
    desk: Desk, clock: Clock
) -> None:
    desk.asks(1, "a")
    desk.asks(2, "b")
    worker, wanted = desk.worker(), {"lane": Lane.HEAVY, "room": 1, "most": 1}
    desk.claim(worker)
    taken = []

    for seconds in (leases.LEASE, claimable.OVERDUE + 1):
        clock.skip(seconds)
        taken.append(len(leases.claim(desk.db, worker=worker, now=clock.now(), **wanted)))

    assert taken == [0, 1]


def test_the_outlook_shows_what_becomes_due_and_nothing_in_a_pause(
    desk: Desk, clock: Clock
) -> None:
    desk.asks(1, "a", "b")
    (lease,) = desk.claim(desk.worker())
    leases.retry(desk.db, lease, delay=30, now=clock.now(), error="x")
    due = clock.wall + 30
    assert claimable.look(desk.db).ready == (Lane.HEAVY,)

    pause_control.pause(desk.db, pauses.ALL, now=clock.now())

    assert claimable.look(desk.db).ready == ()
    assert claimable.look(desk.db).due == pytest.approx(due)


def test_a_light_job_never_waits_behind_downloads(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    (asked,) = desk.asks(1, "known")
    (lease,) = desk.claim(worker)
    outcomes.finish_download(
        desk.db, lease, desk.media("known"), keys={"url:known"}, now=clock.now()
    )
    desk.asks(1, *(f"big{n}" for n in range(20)))

    (light,) = desk.claim(worker, lane=Lane.LIGHT)
    assert light.delivery.request == asked.request


def test_a_late_finish_from_a_reaped_lease_changes_nothing(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (stale,) = desk.claim(worker)
    clock.skip(leases.LEASE + 1)
    recovery.reap(desk.db, now=clock.now())
    (fresh,) = desk.claim(worker)  # the same worker, on purpose

    with pytest.raises(LeaseLost):
        leases.finish(desk.db, stale, now=clock.now())

    assert fresh.fence > stale.fence
    assert holds(desk.db, fresh)


@pytest.mark.parametrize("act", ["note", "retry", "release", "end"])
def test_no_write_of_a_lost_lease_has_an_effect(desk: Desk, clock: Clock, act: str) -> None:
    desk.asks(1, "a")
    (stale,) = desk.claim(desk.worker())
    clock.skip(leases.LEASE + 1)
    recovery.reap(desk.db, now=clock.now())
    now = clock.now()
    acts = {
        "note": lambda: leases.note(desk.db, stale),
        "retry": lambda: leases.retry(desk.db, stale, delay=1, now=now, error="x"),
        "release": lambda: leases.release(desk.db, stale, now=now),
        "end": lambda: leases.end(desk.db, stale, State.FAILED, now=now),
    }

    with pytest.raises(LeaseLost):
        acts[act]()

    assert [lease.progress for lease in desk.claim(desk.worker())] == [Progress()]


@pytest.mark.parametrize("act", ["note", "retry", "postpone", "release", "end"])
def test_no_write_reaches_the_lease_of_another_worker_under_the_same_fence(
    desk: Desk, clock: Clock, act: str
) -> None:
    """A server that crashed has forgotten a claim which was not on its disk yet, and gives the
    same fence to the next."""
    desk.asks(1, "a")
    (stale,) = desk.claim(desk.worker())
    other, now = desk.worker("w00-2"), clock.now()
    with desk.db.write():
        desk.db.change("UPDATE jobs SET worker = :other", {"other": other})
    acts = {
        "note": lambda: leases.note(desk.db, stale),
        "retry": lambda: leases.retry(desk.db, stale, delay=1, now=now, error="x"),
        "postpone": lambda: leases.postpone(desk.db, stale, delay=1, now=now, why="x"),
        "release": lambda: leases.release(desk.db, stale, now=now),
        "end": lambda: leases.end(desk.db, stale, State.FAILED, now=now),
    }

    with pytest.raises(LeaseLost):
        acts[act]()

    assert [one.job for one in leases.renew(desk.db, worker=other, now=now)] == [stale.job]


def test_a_beat_keeps_a_lease_and_says_what_is_held(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    clock.skip(leases.LEASE - 1)

    held = leases.renew(desk.db, worker=worker, now=clock.now())

    clock.skip(leases.LEASE - 1)
    assert recovery.reap(desk.db, now=clock.now()) == 0
    assert [(one.job, one.fence, one.stop) for one in held] == [(lease.job, lease.fence, False)]


def test_a_wall_clock_jump_releases_nothing(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    clock.wall += 7200

    assert recovery.reap(desk.db, now=clock.now()) == 0
    assert holds(desk.db, lease)


def test_a_retried_job_comes_back_when_due_and_keeps_its_progress(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (lease,) = desk.claim(worker)
    lease.progress.size = 9
    leases.note(desk.db, lease)

    leases.retry(desk.db, lease, delay=30, now=clock.now(), error="site-busy")

    assert desk.claim(worker) == []
    clock.skip(31)
    recovery.bring_due(desk.db, now=clock.now())
    (again,) = desk.claim(worker)
    assert (again.attempt, again.progress) == (2, Progress(size=9))


def test_a_wait_that_is_not_the_jobs_fault_costs_no_attempt(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a")
    (lease,) = desk.claim(worker)

    leases.retry(desk.db, lease, delay=1, now=clock.now(), error="flood-wait", free=True)

    clock.skip(2)
    recovery.bring_due(desk.db, now=clock.now())
    assert desk.claim(worker)[0].attempt == 1


def test_a_retrying_job_does_not_keep_its_users_seat(desk: Desk, clock: Clock) -> None:
    worker = desk.worker()
    desk.asks(1, "a", "b", "c")
    first, _ = desk.claim(worker, room=2)

    leases.retry(desk.db, first, delay=600, now=clock.now(), error="site-busy")

    assert [lease.link.key for lease in desk.claim(worker, room=9)] == ["url:c"]


def test_a_released_job_can_be_claimed_at_once_for_the_same_attempt(
    desk: Desk, clock: Clock
) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())

    leases.release(desk.db, lease, now=clock.now())

    assert desk.claim(desk.worker("w01-2"))[0].attempt == lease.attempt
