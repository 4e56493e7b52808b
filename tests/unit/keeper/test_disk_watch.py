"""The ballast, and a disk that is low."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import disk
from procs.errors import StoreFull
from procs.keeper.disk_watch import DiskWatch
from procs.keeper.schedule import Keeper
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts, low_disks

MIB = 1024**2
#: More than any disk has.
ENDLESS = 1 << 60


@pytest.fixture
def settings(short_home: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_BALLAST_SIZE": "2MiB"}
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


def test_the_ballast_takes_real_room(db: Database, settings: Settings) -> None:
    DiskWatch(db, settings).watch()

    assert settings.ballast.stat().st_blocks * disk.BLOCK >= 2 * MIB


def test_the_ballast_follows_its_setting(db: Database, settings: Settings) -> None:
    DiskWatch(db, settings).watch()
    DiskWatch(db, replace(settings, ballast_size=3 * MIB)).watch()

    assert settings.ballast.stat().st_size == 3 * MIB


def test_a_database_that_finds_no_room_gets_the_ballasts(db: Database, settings: Settings) -> None:
    """As far as the keeper can tell, all that is free would not make another ballast."""
    DiskWatch(db, settings).watch()
    keeper = Keeper(db, replace(settings, ballast_size=ENDLESS, disk_floor=ENDLESS))

    def full() -> None:
        raise StoreFull("database or disk is full")

    keeper.rounds[-1].work = full
    keeper.run()

    assert not settings.ballast.exists()


def test_a_ballast_that_was_given_up_comes_back_when_there_is_room(
    db: Database, settings: Settings
) -> None:
    space = DiskWatch(db, settings)
    space.watch()
    space.give_up_ballast()
    space.watch()

    assert settings.ballast.exists()


def test_a_low_disk_is_written_down_and_forgotten_when_there_is_room_to_spare(
    db: Database, settings: Settings
) -> None:
    free = disk.free(settings.home)
    DiskWatch(db, replace(settings, disk_floor=ENDLESS)).watch()
    since = low_disks.low(db)
    barely = DiskWatch(db, replace(settings, disk_floor=int(free * 0.95)))
    barely.note(free)
    still = low_disks.low(db)
    told = [one.kind for one in alerts.standing(db)]
    barely.note(2 * free)

    assert list(since) == [disk.host()]
    assert still == since
    assert low_disks.low(db) == {}
    assert (told, alerts.standing(db)) == (["disk-low"], [])


def test_the_bot_hears_of_a_low_disk(db: Database, settings: Settings) -> None:
    wake_socket = wake.WakeSocket(settings.run, wake.BOT)
    DiskWatch(db, replace(settings, disk_floor=ENDLESS)).watch()

    assert wake_socket.socket.recv(64)
    wake_socket.close()
