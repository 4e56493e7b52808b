"""Files go by ownership."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from procs import config
from procs.clock import now
from procs.config import Settings
from procs.job import Ask, Lane, Link
from procs.keeper.sweep import sweep
from procs.store import leases, requests, workers
from procs.store.database import Database, open_database
from procs.store.migrate import migrate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"CHAPAR_HOME": str(tmp_path / "h")}
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    migrate(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    yield db
    db.close()


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
