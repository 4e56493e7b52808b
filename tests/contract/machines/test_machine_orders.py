"""What an owner ordered of several machines: each does it in its turn, and nobody waits for one
that is gone."""

from collections.abc import Callable

import pytest

from procs.store.admins import admin_orders
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER


@pytest.fixture
def ordered(db, clock) -> Callable[[str], list[int]]:
    """An order to each of two machines, by their numbers."""

    def give(kind: str) -> list[int]:
        facts = {"admin": 1, "chat": 1, "access": 0, "mark": "a", "machines": ("m2", "m1")}
        assert admin_orders.give(db, kind, **facts, now=clock.now())
        assert not admin_orders.give(db, kind, **facts, now=clock.now())
        return [one.id for one in admin_orders.under_way(db)]

    return give


def told(db) -> list[tuple[str, str]]:
    return [(one.machine, one.told[0]) for one in admin_orders.untold(db)]


def test_an_order_to_several_machines_is_done_by_each_in_its_turn(db, clock, on, ordered):
    second, first = ordered(admin_orders.ENGINE_UPDATE)
    on("m1")
    assert admin_orders.due_here(db) == []
    on("m2")
    assert [one.id for one in admin_orders.due_here(db)] == [second]
    admin_orders.end(db, second, "order-refused", {"why": "none"}, now=clock.now())
    assert admin_orders.due_here(db) == []

    on("m1")

    assert [one.id for one in admin_orders.due_here(db)] == [first]


def test_after_a_restart_that_failed_no_other_machine_is_restarted(db, clock, ordered):
    second, _ = ordered(admin_orders.RESTART)

    admin_orders.end(db, second, "order-broken-off", {}, now=clock.now())

    assert told(db) == [("m2", "order-broken-off"), ("m1", admin_orders.LEFT_OUT)]


def lost(db, clock) -> int:
    now = clock.now()
    return admin_orders.lose(db, since=now.boot - GONE_AFTER, now=now)


def test_what_a_machine_is_to_do_that_is_heard_is_waited_for(db, clock, ordered, beats):
    ordered(admin_orders.ENGINE_ROLLBACK)
    beats("m1", "m2")
    machine_rows.leave(db, "m2", now=clock.now())

    assert lost(db, clock) == 0


@pytest.mark.parametrize("became", ["silent", "stopped", "unknown"])
def test_what_a_machine_should_have_done_that_is_gone_ends_and_the_next_has_its_turn(
    db, clock, on, ordered, beats, became
):
    _, first = ordered(admin_orders.ENGINE_ROLLBACK)
    if became != "unknown":
        beats("m2")
    if became == "stopped":
        machine_rows.leave(db, "m2", now=clock.now())
    clock.skip(GONE_AFTER + 1)
    beats("m1")

    assert lost(db, clock) == 1

    on("m1")
    assert told(db) == [("m2", admin_orders.SILENT)]
    assert [one.id for one in admin_orders.due_here(db)] == [first]
