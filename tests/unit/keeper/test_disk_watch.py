"""The ballast, and a disk that is low."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import disk
from procs.core.clock import now
from procs.errors import StoreFull
from procs.keeper.disk_watch import DiskWatch
from procs.keeper.metrics.exposition import scrape
from procs.keeper.monitor.machine_gauges import MachineGauges
from procs.keeper.schedule import Keeper
from procs.store import wake
from procs.store.database import Database
from procs.store.health import alerts, low_disks
from procs.worker.jobs import job_folder
from tests.sandbox.own_disk import OwnDisk, fill
from tests.sandbox.own_disk import disk as own_disk

__all__ = ["own_disk"]

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
    barely.note(free, settings.home)
    still = low_disks.low(db)
    told = [one.kind for one in alerts.standing(db)]
    barely.note(2 * free, settings.home)

    assert list(since) == [disk.host()]
    assert still == since
    assert low_disks.low(db) == {}
    assert (told, alerts.standing(db)) == (["disk-low"], [])


def test_the_bot_hears_of_a_low_disk(db: Database, settings: Settings) -> None:
    wake_socket = wake.WakeSocket(settings.run, wake.BOT)
    DiskWatch(db, replace(settings, disk_floor=ENDLESS)).watch()

    assert wake_socket.socket.recv(64)
    wake_socket.close()


def test_downloads_on_a_full_disk_of_their_own_are_low_and_told_with_their_place(
    db: Database, settings: Settings, own_disk: OwnDisk
) -> None:
    settings = replace(settings, disk_floor=4 * MIB)
    jobs = own_disk(settings.jobs, 8)
    DiskWatch(db, settings).watch()
    before = job_folder.is_low(settings), low_disks.low(db)

    fill(jobs, 6)
    DiskWatch(db, settings).watch()

    ((told,), is_low) = alerts.standing(db), job_folder.is_low(settings)
    assert (before, is_low) == ((False, {}), True)
    assert told.detail.endswith(f"under {jobs}")
    (jobs / "filler").unlink()
    DiskWatch(db, settings).watch()
    assert (alerts.standing(db), job_folder.is_low(settings)) == ([], False)


def test_metrics_and_the_monitor_have_a_disk_of_downloads_where_there_is_one(
    db: Database, settings: Settings, own_disk: OwnDisk
) -> None:
    settings.jobs.mkdir()
    before = scrape(db, settings)

    fill(own_disk(settings.jobs, 8), 8)
    used, said = MachineGauges(settings, began=0.0).disk(now())["disk_used"]

    assert 'chapar_disk_free_bytes{place="downloads"}' not in before
    assert 'chapar_disk_free_bytes{place="downloads"} 0' in scrape(db, settings)
    assert (used, said) == (1.0, f"{settings.jobs}: 0.0 % free")


def test_a_home_that_is_moved_away_ends_no_keeper_and_lets_no_download_start(
    db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(db, settings)
    there = settings.home.with_name(f"{settings.home.name}-elsewhere")
    settings.home.rename(there)

    for _ in range(2):
        for one in keeper.rounds:
            one.next = 0.0
        keeper.run()

    is_low, made = job_folder.is_low(settings), settings.home.exists()
    there.rename(settings.home)
    said = [line for line in caplog.messages if line.startswith("store.unusable")]
    assert (is_low, made, len(said)) == (True, False, 1)
    assert f"{settings.home} was moved to {there} while Chapar runs" in said[0]
