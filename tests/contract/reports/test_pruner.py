"""What was over long ago is forgotten, bite by bite, and what is not over never."""

import pytest

from procs.keeper.schedule import forget
from procs.store.backups.invariants import audit
from procs.store.database import Row
from procs.store.health import workers
from procs.store.jobs import outcomes, pause_control, pauses
from procs.store.media import deliveries
from procs.store.reports import pruner
from procs.store.requests import requests
from tests.contract.conftest import Clock, Desk

DAY = 86400.0


def fails(desk: Desk, user: int, links: int) -> None:
    """Downloads that ended badly, and that everybody knows of."""
    for one in desk.asks(user, *(f"{user}-{n}" for n in range(links))):
        (lease,) = desk.claim(desk.worker())
        outcomes.fail(desk.db, lease, error="x", say="failed-gone", now=desk.clock.now())
        requests.close(desk.db, one.request, now=desk.clock.now())


def numbers(desk: Desk, table: str) -> list[int]:
    return [number for (number,) in desk.db.all(f"SELECT id FROM {table} ORDER BY id")]


def test_old_jobs_are_forgotten_in_bites(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruner, "BITE", 4)
    fails(desk, 1, 10)
    clock.skip(DAY)
    fails(desk, 2, 3)

    bites = pruner.bites(desk.db, before=clock.wall - DAY / 2, kinds=[pruner.OLD_JOBS])

    assert list(bites) == [4, 4, 2]
    assert len(numbers(desk, "jobs")) == 3
    assert audit(desk.db) == []


def test_the_keeper_ends_its_round_when_much_was_forgotten(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruner, "BITE", 4)
    fails(desk, 1, 12)
    clock.skip(DAY)

    assert forget(desk.db, before=clock.wall, most=3) == 4
    assert len(numbers(desk, "jobs")) == 8


def test_a_look_stops_at_the_first_that_is_young(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly every look is such a one, and the record holds millions."""
    monkeypatch.setattr(pruner, "BITE", 4)
    fails(desk, 1, 20)
    seen: list[Row] = []
    read = desk.db.all
    monkeypatch.setattr(desk.db, "all", lambda *facts: seen.extend(rows := read(*facts)) or rows)

    assert list(pruner.bites(desk.db, before=clock.wall - DAY, kinds=[pruner.OLD_JOBS])) == []

    assert len(seen) == 4


def test_jobs_that_are_not_over_stand_in_nobodys_way(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruner, "BITE", 4)
    desk.asks(3, *(f"held-{n}" for n in range(9)))
    pause_control.pause(desk.db, pauses.user(3), now=clock.now())
    fails(desk, 1, 3)
    clock.skip(DAY)
    fails(desk, 2, 1)

    assert sum(pruner.bites(desk.db, before=clock.wall - 1, kinds=[pruner.OLD_JOBS])) == 3
    pause_control.resume(desk.db, pauses.user(3), now=clock.now())
    assert len(desk.claim(desk.worker(), room=9)) == 2


def test_requests_go_with_their_deliveries_and_only_when_over(desk: Desk, clock: Clock) -> None:
    """An entry of a list is closed from the start, as another message speaks for it."""
    fails(desk, 1, 2)
    (waits,) = desk.asks(2, "waits")
    requests.close(desk.db, waits.request, now=clock.now())
    desk.claim(desk.worker())
    first, second = numbers(desk, "requests")[:2]
    for request in (first, second, waits.request):
        deliveries.plan(desk.db, request, 2)
    clock.skip(DAY)
    fails(desk, 3, 1)

    list(pruner.bites(desk.db, before=clock.wall - 1))

    assert numbers(desk, "requests") == [waits.request, waits.request + 1]
    left = {request for (request,) in desk.db.all("SELECT request FROM deliveries")}
    assert left == {waits.request}
    assert audit(desk.db) == []


def test_no_number_is_used_again(desk: Desk, clock: Clock) -> None:
    fails(desk, 1, 3)
    clock.skip(DAY)
    jobs, asked = numbers(desk, "jobs"), numbers(desk, "requests")

    list(pruner.bites(desk.db, before=clock.wall))
    (fresh,) = desk.asks(2, "new")

    assert fresh.job > max(jobs)
    assert fresh.request > max(asked)


def test_workers_that_left_are_forgotten_and_those_present_are_not(
    desk: Desk, clock: Clock
) -> None:
    gone, there, newest = (desk.worker(f"w{n:02d}-1") for n in range(3))
    workers.leave(desk.db, gone, why="stopped", now=clock.now())
    clock.skip(DAY)

    list(pruner.bites(desk.db, before=clock.wall))

    assert [one.id for one in workers.present(desk.db)] == [there, newest]
    assert numbers(desk, "workers") == [there, newest]


def test_a_worker_that_left_with_a_lease_stays_until_that_is_taken_back(
    desk: Desk, clock: Clock
) -> None:
    gone, newest = desk.worker("w01-1"), desk.worker("w02-1")
    desk.asks(1, "a")
    assert len(desk.claim(gone)) == 1
    workers.leave(desk.db, gone, why="killed", now=clock.now())
    clock.skip(DAY)

    list(pruner.bites(desk.db, before=clock.wall))

    assert numbers(desk, "workers") == [gone, newest]
    assert audit(desk.db) == []
