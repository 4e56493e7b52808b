"""A job's folder, and its room on the disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import disk
from procs.core.clock import now
from procs.errors import DiskTooSmall, NotNow
from procs.records.job import Ask, Lane, Lease, Link
from procs.records.job_progress import Progress
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases, reservations
from procs.store.requests import requests
from procs.worker.jobs import job_folder
from procs.worker.jobs.job_folder import FACTOR, GUESS, DiskReservation

MIB = 1024**2


@pytest.fixture
def settings(short_home: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_DISK_FLOOR": "1MiB"}
    settings = config.load(environ, env_file=Path("/dev/null"), need_telegram=False)
    settings.jobs.mkdir()
    return settings


@pytest.fixture
def lease(db: Database) -> Lease:
    link = Link("https://site.example/a", "site.example", "url:a")
    requests.submit(db, [Ask(1, 1, 1, 0, link)], now=now())
    worker = workers.enter(db, "w00-1", now=now())
    return leases.claim(db, worker=worker, lane=Lane.HEAVY, room=1, now=now())[0]


def promised(db: Database) -> list[int]:
    return [size for _, _, size in reservations.rows(db, disk.host())]


def too_much_for_now(settings: Settings) -> int:
    """Bytes of a media that would fit on an empty disk, but not on this one."""
    free, whole = disk.free(settings.jobs), disk.whole(settings.jobs)
    return (free + whole) // 2 // FACTOR


def test_room_is_reserved_for_the_streams_and_the_file_made_of_them(db, settings, lease):
    DiskReservation(db, settings, lease).expect(10 * MIB)
    assert promised(db) == [FACTOR * 10 * MIB]


def test_room_grows_when_more_comes_than_was_expected(db, settings, lease):
    room = DiskReservation(db, settings, lease)
    room.expect(None)
    room.grow(GUESS - 1, 0)
    before = promised(db)
    room.grow(GUESS + 1, 0)
    assert before == [FACTOR * GUESS]
    assert promised(db) == [FACTOR * 2 * (GUESS + 1)]


def test_a_size_that_turns_out_larger_is_reserved_as_it_is(db, settings, lease):
    room = DiskReservation(db, settings, lease)
    room.expect(MIB)
    room.grow(1, 5 * MIB)
    assert promised(db) == [FACTOR * 5 * MIB]


def test_what_does_not_fit_waits_and_the_next_attempt_knows_before_it_asks_the_site(
    db, settings, lease
):
    size = too_much_for_now(settings)
    with pytest.raises(NotNow):
        DiskReservation(db, settings, lease).expect(size)
    leases.release(db, lease, now=now())
    (again,) = leases.claim(db, worker=lease.worker, lane=Lane.HEAVY, room=1, now=now())

    with pytest.raises(NotNow):
        DiskReservation(db, settings, again).reserve_again()
    assert promised(db) == []


def test_what_an_earlier_attempt_learned_is_not_guessed_again(db, settings, lease):
    DiskReservation(db, settings, replace(lease, progress=Progress(size=MIB))).reserve_again()
    assert promised(db) == [FACTOR * MIB]


def test_what_can_never_fit_is_refused(db, settings, lease):
    with pytest.raises(DiskTooSmall):
        DiskReservation(db, settings, lease).expect(disk.whole(settings.jobs))


def test_a_floor_above_all_that_is_free_starts_nothing(settings):
    assert not job_folder.is_low(settings)
    assert job_folder.is_low(replace(settings, disk_floor=1 << 60))


def test_what_earlier_leases_of_a_job_left_goes(db, settings, lease):
    old = settings.jobs / f"{lease.job}-0"
    other = settings.jobs / f"{lease.job}1-0"
    for folder in (old, other):
        folder.mkdir()

    job_folder.make(db, settings.jobs, lease)

    assert not old.exists()
    assert other.exists()
