"""What a keeper does about another machine that is gone, however it went."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from procs.config import Settings
from procs.core import clock
from procs.core.machine import machine_name
from procs.errors import alert_kinds
from procs.keeper.machines import renewal_time
from procs.keeper.machines.machine_watch import MachineWatch
from procs.store.admins import admin_orders
from procs.store.database import Database
from procs.store.health import alerts, low_disks
from procs.store.machines import machine_rows
from procs.store.machines.machine_rows import GONE_AFTER

ROW = {"boot": "b", "home": "/srv", "roles": "worker,keeper,bot", "slots": 2, "version": "1"}


@pytest.fixture
def watch(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., MachineWatch]:
    """The keeper of m2, which has run for long enough to judge."""
    monkeypatch.setattr(machine_name.HERE, "told", "m2")
    shared = replace(settings, database_url="postgresql://db.example/chapar", machine="m2")
    watch = MachineWatch(db, shared)
    monkeypatch.setattr(renewal_time, "RENEWAL", 0.0)
    watch.beat()
    return watch


def beats(db: Database, name: str, *, ago: float = 0.0) -> None:
    now = clock.now()
    machine_rows.beat(db, name, **ROW, now=replace(now, boot=now.boot - ago))


def test_the_order_of_a_machine_that_was_stopped_over_it_ends_as_not_done(
    db: Database, watch: MachineWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"admin": 1, "chat": 1, "access": 0, "mark": "a"}
    admin_orders.give(db, admin_orders.ENGINE_UPDATE, **facts, now=clock.now())
    with monkeypatch.context() as there:
        there.setattr(machine_name.HERE, "told", "m1")
        admin_orders.take(db, admin_orders.under_way(db)[0].id, 77)
    beats(db, "m1", ago=GONE_AFTER + 1)
    machine_rows.leave(db, "m1", now=clock.now())

    watch.judge()

    assert admin_orders.under_way(db) == []
    assert [one.told[0] for one in admin_orders.untold(db)] == [admin_orders.SILENT]


@pytest.mark.parametrize("is_stopped", [False, True])
def test_the_full_disk_of_a_machine_that_is_gone_is_nobodys_any_more(
    db: Database, watch: MachineWatch, is_stopped: bool
) -> None:
    beats(db, "m1", ago=GONE_AFTER + 1)
    for name in ("m1", "m2"):
        low_disks.note_low(db, name, free=1, now=clock.now())
        alerts.note(db, alert_kinds.LOW, name, now=clock.now(), lasts=True)
    if is_stopped:
        machine_rows.leave(db, "m1", now=clock.now())

    watch.judge()

    told = [one.subject for one in alerts.standing(db) if one.kind == alert_kinds.LOW]
    assert (list(low_disks.low(db)), told) == (["m2"], ["m2"])


@pytest.mark.parametrize("is_stopped", [False, True])
def test_alerts_about_a_machine_that_is_gone_are_over(
    db: Database, watch: MachineWatch, is_stopped: bool
) -> None:
    beats(db, "m1", ago=GONE_AFTER + 1)
    for name in ("m1", "m2", ""):
        alerts.note(db, alert_kinds.WORKERS_DOWN, name, now=clock.now(), lasts=True)
    if is_stopped:
        machine_rows.leave(db, "m1", now=clock.now())

    watch.judge()

    standing = [one for one in alerts.standing(db) if one.kind == alert_kinds.WORKERS_DOWN]
    assert sorted(one.subject for one in standing) == ["", "m2"]
