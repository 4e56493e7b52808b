"""A machine whose server of the database is not there yet waits for it, and says so."""

import os
import threading
from pathlib import Path

import pytest

from daemon.commands import launch
from daemon.console import open_store
from procs import config
from procs.config import Settings
from procs.core.machine import machine_name
from procs.errors import StoreAway, StoreError
from procs.store.database import open_database
from tests import postgresql_server

pytestmark = pytest.mark.skipif(
    postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
)
NAME = "away_yet"


@pytest.fixture
def settings(short_home: Path):
    """A database at a socket that is not there: `sockets` below the home will be its folder."""
    postgresql_server.running().answer(f"CREATE DATABASE {NAME}")
    url = f"postgresql://chapar@/{NAME}?host={short_home / 'sockets'}"
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_DATABASE_URL": url}
    settings = config.load(environ, Path(os.devnull), need_telegram=False)
    launch.make_folders(settings)
    yield settings
    postgresql_server.drop(NAME)
    machine_name.give("")


def start_server(settings: Settings) -> None:
    """As far as this machine can see: the server's socket appears."""
    (settings.home / "sockets").symlink_to(postgresql_server.running().folder)


def test_a_start_waits_for_the_server_and_says_so_once(settings: Settings) -> None:
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        threading.Timer(1.2, start_server, (settings,)).start()

    open_store.prepare_when_there(settings, hear)

    (word,) = said
    assert word.startswith("waiting for the database: postgresql://chapar@/away_yet")
    assert "cannot be reached" in word
    open_database(settings.database_url, run=settings.run).close()


def test_a_start_in_the_background_gives_up_with_the_reason(settings: Settings) -> None:
    with pytest.raises(StoreAway, match="cannot be reached"):
        open_store.prepare_when_there(settings, print, patience=0.6)


def test_what_no_waiting_mends_is_refused_at_once(settings: Settings) -> None:
    start_server(settings)
    postgresql_server.drop(NAME)
    said: list[str] = []

    with pytest.raises(StoreError, match="does not exist; make it"):
        open_store.prepare_when_there(settings, said.append)

    assert said == []
