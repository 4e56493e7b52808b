"""The clock of the server is set, or another server takes its place whose clock differs: who has
followed it, and who goes by the one of before. Here the reckoning of this process is moved instead,
which is the same to all rows."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from procs import config
from procs.bot.duty.bot_duty import BotDuty
from procs.config import Settings
from procs.core import clock
from procs.core.files import rest_file
from procs.store.database import Database
from procs.store.jobs.leases import LEASE
from procs.store.machines import bot_lease, database_clock
from procs.store.machines.bot_lease import BOT_LEASE, BotLease
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
#: Seconds by which the clock is set: more than any lease lasts.
FAR = 3 * LEASE


@pytest.fixture
def settings(place: Place, short_home: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "1", "CHAPAR_MACHINE": "m1"}
    environ["CHAPAR_DATABASE_URL"] = place.url
    return config.load(environ, Path(os.devnull), need_telegram=False)


@pytest.fixture
def is_set(db: Database) -> Callable[[float], None]:
    """Set the server's clock ahead by so many seconds, which nobody here has followed yet."""
    database_clock.follow(db)

    def set_ahead(seconds: float) -> None:
        assert clock.SHARED.ahead is not None
        clock.SHARED.ahead -= seconds

    return set_ahead


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
