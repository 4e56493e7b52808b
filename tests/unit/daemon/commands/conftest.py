"""Small workers under a real supervisord, for commands that replace processes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.supervisor.control import Supervisor
from procs import config
from procs.config import Settings
from procs.store.database import Database
from tests import ROOT
from tests.sandbox import bare_worker


@pytest.fixture
def settings(short_home: Path) -> Settings:
    facts = {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "1"}
    return config.load(facts, env_file=None, need_telegram=False)


@pytest.fixture
def bare_workers(settings: Settings, db: Database) -> Iterator[Supervisor]:
    """One that serves and a spare, both connected."""
    settings.logs.mkdir(exist_ok=True)
    bare_worker.way(settings.home).touch()
    file = settings.home / "supervisord.conf"
    file.write_text(bare_worker.config(settings.home, ROOT))
    program = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)],
        stdout=subprocess.DEVNULL,
    )
    yield Supervisor(settings.run)
    program.terminate()
    program.wait()
