"""A rolling restart under a real supervisord, whose workers have no jobs (tests/sandbox): it ends,
whatever a process does not do, and what it says is no guess."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.command_error import NotServing
from daemon.commands.restart import RollingRestart
from daemon.supervisor.control import Supervisor
from procs import config
from procs.config import Settings
from procs.store.database import Database, open_database
from tests import ROOT
from tests.fresh_database import fresh
from tests.sandbox import bare_worker

#: Seconds: far beyond any start of two small processes, and between two looks at them.
PATIENCE, LOOK = 60.0, 0.05


@pytest.fixture
def home(short_home: Path) -> Path:
    (short_home / "logs").mkdir(exist_ok=True)
    bare_worker.way(short_home).touch()
    return short_home


@pytest.fixture
def settings(home: Path) -> Settings:
    facts = {"CHAPAR_HOME": str(home), "CHAPAR_WORKERS": "1"}
    return config.load(facts, env_file=None, need_telegram=False)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    fresh(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    yield db
    db.close()


@pytest.fixture
def workers(home: Path, db: Database) -> Iterator[Supervisor]:
    """One that serves and a spare, both connected."""
    file = home / "supervisord.conf"
    file.write_text(bare_worker.config(home, ROOT))
    program = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)],
        stdout=subprocess.DEVNULL,
    )
    yield Supervisor(home / "run")
    program.terminate()
    program.wait()


def pids(supervisor: Supervisor) -> dict[str, int]:
    return {one.title: one.pid for one in supervisor.processes()}


async def until_in(rolling: RollingRestart) -> None:
    async with asyncio.timeout(PATIENCE):
        while not rolling.supervisor.is_up() or not rolling.all_in():
            await asyncio.sleep(LOOK)


async def test_it_ends_where_the_first_successor_finds_no_way_to_telegram(
    home: Path, settings: Settings, db: Database, workers: Supervisor
) -> None:
    said: list[str] = []
    rolling = RollingRestart(settings, db, said.append, patience=3.0)
    await until_in(rolling)
    serving = next(pid for pid, row in rolling.rows().items() if row.slot is not None)
    (spare,) = (title for title, pid in pids(workers).items() if pid != serving)
    before = pids(workers)

    bare_worker.way(home).unlink()
    with pytest.raises(NotServing) as ended:
        rolling.run()

    after = pids(workers)
    words = str(ended.value)
    assert after[spare] != before.pop(spare)
    assert all(after[title] == pid for title, pid in before.items())
    assert f"gave up waiting for {spare} after 3 s" in words
    assert f"{spare} has no connection with Telegram" in words
    assert "of another time" not in words  # a warning from before is no reason
    assert "what served before serves on" in words

    bare_worker.way(home).touch()
    rolling.go_back()
    assert pids(workers)[spare] not in (after[spare], 0)
    assert RollingRestart(settings, db, said.append).run() == 0
    assert said[-1] == "every process is fresh"


@pytest.mark.long
async def test_who_never_was_connected_needs_no_connection_now(
    home: Path, settings: Settings, db: Database, workers: Supervisor
) -> None:
    rolling = RollingRestart(settings, db, lambda line: None)
    await until_in(rolling)
    with db.write():
        db.change("UPDATE workers SET connected_at = NULL")
    bare_worker.way(home).unlink()

    assert rolling.run() == 0
