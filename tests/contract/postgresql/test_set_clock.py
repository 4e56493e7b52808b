"""The clock of the server is set, or another server takes its place whose clock differs: who has
followed it, and who goes by the one of before. Here the reckoning of this process is moved instead,
which is the same to all rows."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from procs.bot.duty.bot_duty import BotDuty
from procs.config import Settings
from procs.core import clock
from procs.core.files import rest_file
from procs.core.machine import machine_name
from procs.keeper.machines import renewal_time
from procs.keeper.metrics import service_report
from procs.keeper.schedule import Keeper
from procs.store.database import Database
from procs.store.health import alerts, workers
from procs.store.jobs.leases import LEASE
from procs.store.machines import bot_lease, database_clock, machine_rows
from procs.store.machines.bot_lease import BOT_LEASE, BotLease
from procs.worker import loop

pytestmark = pytest.mark.postgresql
#: Seconds by which the clock is set: more than any lease lasts.
FAR = 3 * LEASE


@pytest.fixture
def is_set(db: Database) -> Callable[[float], None]:
    """Set the server's clock ahead by so many seconds, which nobody here has followed yet."""
    database_clock.follow(db)

    def set_ahead(seconds: float) -> None:
        assert clock.SHARED.ahead is not None
        clock.SHARED.ahead -= seconds

    return set_ahead


@pytest.fixture
def keeper(
    db: Database, settings: Settings, is_set: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Keeper]:
    """One that has judged for long."""
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    with closing(db.twin()) as own:
        keeper = Keeper(own, settings)
        with monkeypatch.context() as at_start:
            at_start.setattr(renewal_time, "RENEWAL", 0.0)
            keeper.machines.beat()
        assert keeper.machines.may_judge()
        yield keeper


def beats(db: Database, name: str) -> None:
    """As the keeper of another machine, by the clock that the server has."""
    database_clock.follow(db)
    facts = {"boot": "b", "home": f"/srv/{name}", "roles": "worker", "slots": 1, "version": "1"}
    machine_rows.beat(db, name, **facts, now=clock.now())


def lost(db: Database) -> list[str]:
    return [one.subject for one in alerts.standing(db) if one.kind == "machine-lost"]


@pytest.mark.parametrize("seconds", [FAR, -FAR])
def test_the_holder_of_the_bots_lease_writes_its_end_by_the_clock_that_was_set(
    db: Database, is_set: Callable[[float], None], seconds: float
) -> None:
    lease = BotLease(db, "m1")
    assert lease.take(now=clock.now())
    is_set(seconds)

    assert lease.renew(now=clock.now())

    held = bot_lease.holder(db)
    assert held is not None
    assert abs(held.until - db.time() - BOT_LEASE) < 1


def test_who_begins_after_the_clock_was_set_waits_until_the_holder_has_followed(
    db: Database, settings: Settings, is_set: Callable[[float], None]
) -> None:
    holder, fresh = BotLease(db, "m2"), BotDuty(settings, db)
    is_set(FAR)
    assert holder.take(now=clock.now())
    database_clock.follow(db)

    fresh.wait_for_another()

    assert not fresh.take()
    assert holder.renew(now=clock.now())
    fresh.waits_until = 0.0
    assert not fresh.take()


async def test_a_standby_that_sees_an_end_too_far_away_follows_the_clock(
    db: Database,
    settings: Settings,
    is_set: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At rest it looks at nothing else, and would wait for the end of a holder that is dead."""
    monkeypatch.setattr(bot_lease, "STANDBY_LOOK", 0.0)
    standby, now = BotDuty(settings, db), clock.now()
    rest_file.write(db.run, 1, clock.steady(), now.boot + FAR)
    standby.seen_mark = db.rest()
    is_set(FAR)

    await standby.is_due()

    assert abs(clock.now().boot - db.time()) < 1
    assert standby.waits_until > clock.elapsed()


def test_a_keeper_whose_clock_was_set_writes_its_beat_anew_and_judges_nobody(
    db: Database, keeper: Keeper, is_set: Callable[[float], None]
) -> None:
    is_set(FAR)

    keeper.machines.beat()

    (row,) = machine_rows.listed(db)
    assert abs(row.beat_at - db.time()) < 1
    assert not keeper.machines.may_judge()


def test_a_machine_that_followed_a_clock_that_was_set_back_is_not_lost_to_who_did_not(
    db: Database, keeper: Keeper, is_set: Callable[[float], None]
) -> None:
    beats(db, "m2")
    is_set(-FAR)

    keeper.machines.judge()

    assert lost(db) == []


def test_a_worker_that_followed_a_clock_that_was_set_back_is_not_killed_by_who_did_not(
    db: Database,
    keeper: Keeper,
    is_set: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))  # it would be this process
    worker = workers.enter(db, "w00-1", now=clock.now())
    workers.serve(db, worker, slot=0, now=clock.now())
    is_set(-FAR)

    keeper.take_back()

    assert killed == []


def test_a_clock_that_was_set_has_no_service_started_anew(
    db: Database, keeper: Keeper, settings: Settings, is_set: Callable[[float], None]
) -> None:
    is_set(FAR)
    worker = workers.enter(db, "w00-1", now=clock.now())
    workers.serve(db, worker, slot=0, now=clock.now())
    (state,) = [one.work for one in keeper.rounds if "ServiceState" in str(one.work)]
    state()
    keeper.machines.beat()  # who beats less often has not written by it yet

    state()

    report = service_report.read(settings.run)
    assert report is not None
    assert report.stale == ()


def test_all_beats_come_within_the_time_in_which_nobody_is_judged() -> None:
    slowest = max(loop.BEAT, loop.REST_BEAT, machine_rows.MACHINE_BEAT)

    assert slowest + machine_rows.MACHINE_BEAT / 5 < renewal_time.RENEWAL
    assert 2 * bot_lease.BOT_BEAT < BOT_LEASE
