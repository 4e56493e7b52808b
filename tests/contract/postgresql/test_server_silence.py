"""What a keeper does while the server of the database is silent, and when it answers again: whoever
could renew nothing meanwhile looks dead, and is not."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import StoreAway, alert_kinds
from procs.keeper.machines import renewal_time
from procs.keeper.machines.renewal_time import RenewalTime
from procs.keeper.metrics import service_report
from procs.keeper.metrics.service_report import ServiceReport
from procs.keeper.metrics.service_state import AWAY, ServiceState
from procs.keeper.schedule import Keeper
from procs.records.job import Lane
from procs.store.admins import admin_orders
from procs.store.database import Database
from procs.store.health import alerts, workers
from procs.store.jobs import leases
from procs.store.jobs.leases import LEASE
from procs.store.machines import database_clock, machine_rows
from tests import postgresql_server
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.contract.postgresql.test_server_faults import ask, end_connections, until_there

pytestmark = [pytest.mark.postgresql, pytest.mark.session]
READ_ONLY = "SET default_transaction_read_only = on"


@pytest.fixture
def keeper(db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    database_clock.follow(db)
    with closing(db.twin()) as own:
        yield Keeper(own, settings)


def silent(db: Database, name: str, *, ago: float) -> leases.Lease:
    """Another machine whose worker has a lease, all of which was renewed so many seconds ago."""
    then = Now(clock.now().wall - ago, clock.now().boot - ago)
    facts = {"boot": "b", "home": "/srv/m2", "roles": "worker", "slots": 1, "version": "1"}
    machine_rows.beat(db, name, **facts, now=then)
    machine_name.HERE.told = name
    worker = workers.enter(db, f"w00-1-{name}", now=then)
    machine_name.HERE.told = "m1"
    (lease,) = leases.claim(db, worker=worker, lane=Lane.HEAVY, room=1, now=then)
    return lease


def judged(keeper: Keeper, db: Database) -> tuple[list[str], list[str], bool]:
    """Machines that are told of as lost, workers, and whether the lease is taken back, after the
    keeper has looked after all of it."""
    keeper.machines.beat()
    keeper.machines.judge()
    keeper.take_back()
    lost = [one.subject for one in alerts.standing(db) if one.kind == alert_kinds.MACHINE_LOST]
    row = db.one("SELECT worker FROM jobs")
    return lost, [one.name for one in workers.present(db)], row == (None,)


def test_a_keeper_that_starts_when_the_server_is_back_takes_nobody_for_lost(
    db: Database, desk: Desk, keeper: Keeper
) -> None:
    desk.asks(1, "film")
    silent(db, "m2", ago=LEASE + 10)

    assert judged(keeper, db) == ([], ["w00-1-m2"], False)


def test_who_renews_nothing_after_the_silence_is_lost(
    db: Database, desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.asks(1, "film")
    silent(db, "m2", ago=LEASE + 10)
    monkeypatch.setattr(renewal_time, "RENEWAL", 0.0)

    assert judged(keeper, db) == (["m2"], [], True)


def test_a_machine_whose_keeper_alone_is_silent_keeps_its_workers_and_is_not_lost(
    db: Database, desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.asks(1, "film")
    silent(db, "m2", ago=LEASE + 10)
    (worker,) = workers.present(db)
    workers.beat(db, worker.id, jobs=0, now=clock.now())
    leases.renew(db, worker=worker.id, now=clock.now())
    monkeypatch.setattr(renewal_time, "RENEWAL", 0.0)

    assert judged(keeper, db) == ([], ["w00-1-m2"], False)


def test_an_order_to_a_machine_whose_keeper_is_silent_ends_as_not_done(
    db: Database, desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.asks(1, "film")
    silent(db, "m2", ago=LEASE + 10)
    monkeypatch.setattr(renewal_time, "RENEWAL", 0.0)
    facts: dict[str, Any] = {"admin": 1, "chat": 1, "access": 0, "mark": "a"}
    admin_orders.give(db, admin_orders.RESTART, **facts, machines=("m2", "m1"), now=clock.now())

    judged(keeper, db)

    ends = [(one.machine, one.told[0]) for one in admin_orders.untold(db)]
    assert ends == [("m2", admin_orders.SILENT), ("m1", admin_orders.LEFT_OUT)]


def test_an_outage_of_the_server_makes_nobody_lost(
    db: Database, place: Place, desk: Desk, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as at_start:
        at_start.setattr(renewal_time, "RENEWAL", 0.0)
        assert judged(keeper, db)[0] == []
    desk.asks(1, "film")
    silent(db, "m2", ago=LEASE + 10)
    ask(f"ALTER DATABASE {place.name} {READ_ONLY}", place)
    end_connections(place)
    keeper.run()
    postgresql_server.running().answer(f"ALTER DATABASE {place.name} RESET ALL")
    for one in (keeper.db, db):
        until_there(one)

    assert judged(keeper, db) == ([], ["w00-1-m2"], False)


def test_a_server_that_is_away_has_no_service_started_anew(
    db: Database, place: Place, settings: Settings, keeper: Keeper
) -> None:
    state, now = ServiceState(db, settings), clock.now()
    worker = workers.enter(db, "w00-1", now=now)
    workers.serve(db, worker, slot=0, now=now)
    state.report()
    ask(f"ALTER DATABASE {place.name} {READ_ONLY}", place)
    end_connections(place)
    (settings.run / service_report.REPORT_NAME).unlink()
    with pytest.raises(StoreAway):
        state.report()
    away = service_report.read(settings.run)
    postgresql_server.running().answer(f"ALTER DATABASE {place.name} RESET ALL")
    until_there(db)
    workers.beat(db, worker, jobs=0, now=Now(now.wall, now.boot - LEASE - 1))
    state.report()
    back = service_report.read(settings.run)

    assert away == ServiceReport(AWAY, (), serves=False)
    assert back is not None
    assert back.stale == ()


def test_a_silence_is_known_by_the_own_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal_time, "RENEWAL", 0.0)
    one = RenewalTime()
    assert not one.is_over()
    one.note_beat()
    assert one.is_over()

    monkeypatch.setattr(renewal_time, "SILENCE", 0.0)
    assert not one.is_over()
    monkeypatch.setattr(renewal_time, "RENEWAL", 60.0)
    one.note_beat()
    monkeypatch.setattr(renewal_time, "SILENCE", 60.0)
    assert not one.is_over()
