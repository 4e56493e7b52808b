"""Alerts whose cause is there: a disk that fills, and a Telegram whose clock is another."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procs import config
from procs.bot.alerts.clock_notes import ClockNotes
from procs.config import Settings
from procs.errors import alert_kinds
from procs.store.database import Database, migrate, open_database
from procs.store.health import alerts
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.server_clock import CLOCK
from procs.telegram.session.clock_record import ClockRecord
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN
from tests.unit.keeper.monitor.test_monitor import Watch

#: Bytes of the small disk, and of a percent of it.
DISK = 64 << 20
PERCENT = DISK // 100


@pytest.fixture
def small_disk(short_home: Path) -> Iterator[Path]:
    """A disk of the test's own, as the home."""
    words = ("mount", "-t", "tmpfs", "-o", f"size={DISK}", "chapar-test", str(short_home))
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount")
    yield short_home
    subprocess.run(("umount", "-l", str(short_home)), check=True)


def standing(db: Database) -> set[str]:
    return {one.kind for one in alerts.standing(db)}


def test_a_disk_that_fills_is_told_hours_before_it_is_full(small_disk: Path) -> None:
    environ = {
        "CHAPAR_HOME": str(small_disk),
        "CHAPAR_BACKUP_INTERVAL": "off",
        "CHAPAR_BALLAST_SIZE": "1MiB",
    }
    settings = config.load(environ, env_file=Path("/dev/null"), need_telegram=False)
    migrate(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    watch, steady, growing = Watch(db, settings), set(), set()
    for minute in range(50):
        if minute == 20:
            steady = standing(db)
        if minute >= 20:
            with open(small_disk / "filler", "ab") as file:
                file.write(bytes(PERCENT))
        watch.looks_for(55)
        growing |= standing(db)
    db.close()

    assert alert_kinds.DISK_FORECAST not in steady
    assert alert_kinds.DISK_FORECAST in growing
    assert alert_kinds.DISK_SHARE not in growing


@pytest.mark.parametrize(("ahead", "told"), [(-90.0, True), (-40.0, True), (5.0, False)])
async def test_a_clock_that_differs_from_telegrams_is_told(
    settings_for: Callable[[Telegram], Settings],
    ahead: float,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CLOCK, "_base", None)
    async with Telegram(token=TOKEN) as telegram:
        telegram.ids.ahead = ahead
        settings = settings_for(telegram)
        migrate(settings.database_url, run=settings.run)
        db = open_database(settings.database_url, run=settings.run)
        session = BotSession(settings)
        await session.connect(heard, heard)
        await ClockNotes(db, session, ClockRecord(db, settings)).look()
        await session.close()
        watch = Watch(db, settings).looks_for(70)
        found = standing(watch.db)
        db.close()

    assert (alert_kinds.CLOCK in found) is told


async def heard(_: object) -> None:
    """Nobody speaks here."""
