"""Files go by ownership."""

import multiprocessing
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core.clock import boot_id, now
from procs.keeper.sweep import sweep
from procs.records.job import Ask, Lane, Link
from procs.records.job_progress import Unfinished
from procs.store.database import Database, open_database
from procs.store.health import counters, workers
from procs.store.jobs import leases
from procs.store.requests import requests

#: A user who is not root.
NOBODY = 65534


@pytest.fixture
def settings(short_home: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(short_home)}
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


def folder(root: Path, name: str) -> Path:
    path = root / name
    path.mkdir(parents=True)
    (path / "clip.mp4.part").write_bytes(b"x")
    return path


def lease(db: Database) -> leases.Lease:
    link = Link("https://site.example/a", "site.example", "url:a")
    requests.submit(db, [Ask(1, 1, 1, 0, link)], now=now())
    worker = workers.enter(db, "w00-1", now=now())
    return leases.claim(db, worker=worker, lane=Lane.HEAVY, room=1, now=now())[0]


def test_the_folder_of_a_live_lease_stays(db: Database, settings: Settings) -> None:
    held = lease(db)
    mine = folder(settings.jobs, f"{held.job}-{held.fence}")

    sweep(db, settings, now=now())

    assert mine.exists()


def interrupted(db: Database, held: leases.Lease, root: Path) -> Path:
    """The folder of a download whose worker was killed, as its job's row names it."""
    left = folder(root, f"{held.job}-{held.fence}")
    held.progress.unfinished = Unfinished(left.name, boot_id())
    leases.note(db, held)
    return left


def test_the_folder_that_the_next_attempt_goes_on_with_stays(
    db: Database, settings: Settings
) -> None:
    held = lease(db)
    left = interrupted(db, held, settings.jobs)
    leases.retry(db, held, delay=60, now=now(), error="died")

    sweep(db, settings, now=now())

    assert left.exists()


def test_it_goes_once_its_job_is_over(db: Database, settings: Settings) -> None:
    held = lease(db)
    left = interrupted(db, held, settings.jobs)
    leases.finish(db, held, now=now())

    sweep(db, settings, now=now())

    assert not left.exists()


def test_it_goes_when_the_disk_is_low(db: Database, settings: Settings) -> None:
    held = lease(db)
    left = interrupted(db, held, settings.jobs)
    leases.release(db, held, now=now())

    sweep(db, replace(settings, disk_floor=1 << 60), now=now())

    assert not left.exists()


def test_the_folder_of_a_lost_lease_goes_though_its_job_runs_again(
    db: Database, settings: Settings
) -> None:
    held = lease(db)
    stale = folder(settings.jobs, f"{held.job}-{held.fence}")
    leases.release(db, held, now=now())
    leases.claim(db, worker=held.worker, lane=Lane.HEAVY, room=1, now=now())

    assert sweep(db, settings, now=now()) == 1
    assert not stale.exists()


def test_what_nobody_ever_owned_goes(db: Database, settings: Settings) -> None:
    folder(settings.jobs, "999-1")
    folder(settings.outbox, "12")
    settings.jobs.joinpath("stray.tmp").write_bytes(b"x")

    assert sweep(db, settings, now=now()) == 3


def test_files_that_wait_to_be_collected_stay(db: Database, settings: Settings) -> None:
    link = Link("https://site.example/a", "site.example", "url:a")
    (asked,) = requests.submit(db, [Ask(0, 0, 1, 0, link, folder=True)], now=now())
    waiting = folder(settings.outbox, str(asked.request))

    sweep(db, settings, now=now())

    assert waiting.exists()


def test_what_begins_during_a_sweep_stays(db: Database, settings: Settings) -> None:
    """A job that is claimed, and makes its folder, after the sweep has read the leases."""
    settings.jobs.mkdir(parents=True)
    begun = []

    def begin(sql: str) -> None:
        if sql.strip().startswith("SELECT id FROM requests") and not begun:
            other = open_database(settings.database_url, run=settings.run)
            held = lease(other)
            begun.append(folder(settings.jobs, f"{held.job}-{held.fence}"))
            other.close()

    db.connection.set_trace_callback(begin)
    sweep(db, settings, now=now())

    assert begun[0].exists()


def test_a_folder_that_forbids_its_removal_goes_all_the_same(
    db: Database, settings: Settings
) -> None:
    closed = folder(settings.jobs, "999-1") / "deep"
    closed.mkdir()
    closed.joinpath("kept").write_bytes(b"x")
    closed.chmod(0)

    assert as_nobody(settings, remove_now) == (1, 0, False)


def test_what_cannot_be_removed_is_counted_and_goes_when_it_can(
    db: Database, settings: Settings
) -> None:
    folder(settings.jobs, "999-1")

    assert as_nobody(settings, remove_twice) == ((0, 1, True), (1, 1, False))


def remove_now(settings: Settings) -> tuple[int, int, bool]:
    """How many folders went, how many stayed so far, and whether one is there."""
    db = open_database(settings.database_url, run=settings.run)
    gone = sweep(db, settings, now=now())
    return gone, counters.read(db).get("cleanup.failed", 0), any(settings.jobs.iterdir())


def remove_twice(settings: Settings) -> tuple[tuple[int, int, bool], tuple[int, int, bool]]:
    settings.jobs.chmod(stat.S_IRUSR | stat.S_IXUSR)
    first = remove_now(settings)
    settings.jobs.chmod(stat.S_IRWXU)
    return first, remove_now(settings)


def as_nobody(settings: Settings, work):
    """What `work` returns in a process for which modes count, which they don't for root."""
    if os.geteuid() == 0:
        for path in [settings.home, *settings.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    with multiprocessing.get_context("fork").Pool(1, drop_root) as pool:
        return pool.apply(work, (settings,))


def drop_root() -> None:
    if os.geteuid() == 0:
        os.setresuid(NOBODY, NOBODY, NOBODY)
