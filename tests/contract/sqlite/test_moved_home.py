"""A home that another machine had before: a restored backup, a renamed server, a new container."""

import pytest

from procs.store.backups.invariants import audit
from procs.store.health import workers
from procs.store.jobs import recovery
from tests.contract.conftest import Clock, Desk

pytestmark = pytest.mark.sqlite

MOVE = "UPDATE workers SET host = 'before', boot = :boot"
BOOT = "00000000-0000-0000-0000-000000000000"


def test_what_the_machine_before_held_is_taken_back_at_once(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a", "b")
    clock.boot = 40 * 86400.0
    held = desk.claim(desk.worker(), room=2)
    with desk.db.write():
        desk.db.change(MOVE, {"boot": BOOT})
    clock.boot = 60.0  # the leases end in forty days of this machine's clock

    freed = recovery.release_dead(desk.db, now=clock.now())

    assert (freed, workers.present(desk.db)) == (len(held), [])
    assert len(desk.claim(desk.worker("w00-2"), room=2)) == len(held)
    assert audit(desk.db) == []


def test_a_machine_that_is_renamed_while_it_runs_loses_no_worker(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    desk.claim(desk.worker())
    with desk.db.write():
        desk.db.change("UPDATE workers SET host = 'before'")

    assert recovery.release_dead(desk.db, now=clock.now()) == 0
    assert [one.here and one.alive for one in workers.present(desk.db)] == [True]
