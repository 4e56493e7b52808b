"""A home with a database in a file and a file of settings, of a Chapar that is stopped; and an
empty database of a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from tests import postgresql_server
from tests.fresh_database import fresh


@pytest.fixture
def env_file(short_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings, of this home alone."""
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    path = short_home / "chapar.env"
    path.write_text(f"CHAPAR_HOME={short_home}\n")
    monkeypatch.setenv("CHAPAR_ENV_FILE", str(path))
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    return path


@pytest.fixture
def own(env_file: Path) -> Settings:
    """The settings as they stand."""
    return config.load(need_telegram=False)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of a server."""
    if postgresql_server.programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    name = f"moved_{abs(hash(request.node.name)):x}"
    postgresql_server.running().answer(f"CREATE DATABASE {name}")
    yield postgresql_server.url_of(name)
    postgresql_server.drop(name)
