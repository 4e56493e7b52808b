"""What one process found of Telegram's time, the next one of this machine goes by from its first
message on."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pyrogram.raw.functions.help import GetConfig

from procs.config import Settings
from procs.core import clock
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram import server_clock
from procs.telegram.delivery.courier import Courier
from procs.telegram.session.clock_record import ROW, ClockRecord
from tests.chaos.network_proxy import NetworkProxy
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

#: Telegram's time at the monotonic clock's zero.
BASE = 1_800_000_000.0
#: Seconds by which Telegram's clock is ahead of the machine's, and that a packet is on its way.
AHEAD, LATE = 120.0, 0.3


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forgets what this process heard, as one does that begins."""

    def begin() -> None:
        monkeypatch.setattr(server_clock.CLOCK, "_base", None)
        monkeypatch.setattr(server_clock.CLOCK, "_ahead", 0.0)

    begin()
    return begin


@pytest.fixture
def record(db: Database, settings: Settings) -> ClockRecord:
    return ClockRecord(db, settings)


async def test_a_worker_whose_first_packets_come_late_goes_by_the_time_found_before(
    settings_for: Callable[[Telegram], Settings],
    db: Database,
    another_process: Callable[[], None],
) -> None:
    async with Telegram(token=TOKEN) as telegram, NetworkProxy(telegram.address) as way:
        telegram.ids.ahead = AHEAD
        near = settings_for(telegram)
        await calls_home(near, db)
        another_process()
        telegram.log.entries.clear()
        way.delays.append(LATE)
        await calls_home(replace(near, telegram_server=("127.0.0.1", way.port)), db)
        ages = [call["age"] + AHEAD for call in await telegram.calls()]

    assert ages
    assert max(ages) < LATE * 1.8  # the way itself, and not the lateness of the first packet too


async def calls_home(settings: Settings, db: Database) -> None:
    """A worker's life: it connects, asks something, and leaves what it found of the time."""
    record = ClockRecord(db, settings)
    record.take_up()
    courier = Courier(settings, 0, db)
    await courier.connect()
    assert courier.rpc is not None
    await courier.rpc.ask(GetConfig())
    record.keep()
    await courier.close()


def test_nothing_is_stored_before_telegram_said_anything(db, record):
    record.keep()

    assert runtime_settings.found(db, ROW) is None


def test_a_worse_estimate_does_not_replace_a_better_one(record, another_process):
    server_clock.CLOCK.learn(BASE)
    record.keep()
    another_process()
    server_clock.CLOCK.learn(BASE - 1.0)
    record.keep()
    another_process()
    record.take_up()

    assert server_clock.CLOCK.base == pytest.approx(BASE, abs=0.01)


def test_an_old_estimate_is_replaced_whatever_it_says(record, another_process, monkeypatch):
    server_clock.CLOCK.learn(BASE)
    record.keep()
    another_process()
    began = clock.steady()
    monkeypatch.setattr(clock, "steady", lambda: began + 700.0)
    server_clock.CLOCK.learn(BASE - 1.0)
    record.keep()
    another_process()
    record.take_up()

    assert server_clock.CLOCK.base == pytest.approx(BASE - 1.0, abs=0.01)


@pytest.mark.parametrize(
    ("what", "later"),
    [("boot_id", lambda: "another boot"), ("steady", lambda: 1e9)],
    ids=["another boot", "hours ago"],
)
def test_an_estimate_that_says_nothing_any_more_is_left(
    record, another_process, monkeypatch, what, later
):
    server_clock.CLOCK.learn(BASE)
    record.keep()
    another_process()
    monkeypatch.setattr(clock, what, later)
    record.take_up()

    assert server_clock.CLOCK.base is None


def test_the_time_for_which_the_machine_was_suspended_is_added(
    record, another_process, monkeypatch
):
    server_clock.CLOCK.learn(BASE)
    record.keep()
    another_process()
    before = clock.suspended()
    monkeypatch.setattr(clock, "suspended", lambda: before + 600.0)
    record.take_up()

    assert server_clock.CLOCK.base == pytest.approx(BASE + 600.0, abs=0.01)
