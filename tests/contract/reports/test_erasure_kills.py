"""A deletion that is killed at any of its statements goes on where it was, to the same end."""

import os
import signal
from multiprocessing import get_context

import pytest

from procs.core.clock import Now
from procs.store.backups.invariants import audit
from procs.store.reports import personal_data
from tests.contract.conftest import Clock, Desk
from tests.contract.place import Place
from tests.contract.reports.test_personal_data import ME, delivered, ends, named
from tests.store_acts import forget, is_asked

pytestmark = pytest.mark.sqlite
FORK = get_context("fork")


def dies_at(place: Place, point: int, now: Now) -> None:
    """A deletion in a process that kills itself before its n-th change."""
    db = place.open()
    left = [point]
    change = db.change

    def counted(sql: str, facts: dict[str, object] | None = None) -> int:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return change(sql, facts)

    db.change = counted  # type: ignore[method-assign, assignment]
    forget(db, ME, now=now)


@pytest.mark.parametrize("point", [0, 1, 2, 4, 6, 9, 13, 17])
def test_a_killed_deletion_is_ended_by_the_keeper(
    desk: Desk, place: Place, clock: Clock, point: int
) -> None:
    delivered(desk, ME, "got")
    desk.asks(ME, "runs", "waits", "third")
    if point < 10:  # else it would end before this point, to wait for the worker
        desk.claim(desk.worker(), room=2)
    child = FORK.Process(target=dies_at, args=(place, point, clock.now()))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert audit(desk.db) == []
    if point == 0:
        assert not is_asked(desk.db, ME)
        return

    ends(desk)
    while is_asked(desk.db, ME):
        personal_data.proceed_all(desk.db, now=clock.now())

    assert named(desk) == {}
