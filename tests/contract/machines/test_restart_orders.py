"""Orders to another machine: one at a time, done by one process, and what it says comes back."""

from procs.store.machines import restart_orders


def test_an_order_is_due_on_its_machine_until_it_ends(db, clock):
    order = restart_orders.give(db, "m2", now=clock.now())

    assert restart_orders.due(db, "m1") == []
    assert [one.id for one in restart_orders.due(db, "m2")] == [order]
    assert restart_orders.give(db, "m2", now=clock.now()) is None
    assert restart_orders.give(db, "m1", now=clock.now()) is not None

    restart_orders.end(db, order, 3)
    restart_orders.end(db, order, 0)
    assert restart_orders.due(db, "m2") == []
    assert restart_orders.read(db, order).code == 3
    assert restart_orders.give(db, "m2", now=clock.now()) is not None


def test_one_process_does_it_and_what_it_says_is_read_line_by_line(db, clock):
    order = restart_orders.give(db, "m2", now=clock.now())

    assert restart_orders.take(db, order, 77)
    assert not restart_orders.take(db, order, 78)
    restart_orders.note(db, order, "worker:worker-00: asked to make room")
    restart_orders.note(db, order, "every process is fresh")

    row = restart_orders.read(db, order)
    assert (row.runner, row.code) == (77, None)
    assert row.lines == ["worker:worker-00: asked to make room", "every process is fresh"]


def test_orders_of_yesterday_are_forgotten(db, clock):
    order = restart_orders.give(db, "m2", now=clock.now())
    restart_orders.end(db, order, 0)
    clock.skip(restart_orders.KEPT + 1)

    assert restart_orders.prune(db, now=clock.now()) == 1
    assert restart_orders.read(db, order) is None
