"""A PostgreSQL database for tests that are about its server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from procs.store.postgresql.server_connection import ServerConnection
from procs.store.sqlite.schema import VERSION
from tests import postgresql_server
from tests.contract.place import Place


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def db(place: Place) -> Iterator[ServerConnection]:
    db = ServerConnection(place.url, run=place.run, version=VERSION)
    yield db
    db.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """A database without tables."""
    place = Place(tmp_path, "postgresql")
    postgresql_server.running().answer(f"CREATE DATABASE {place.name}")
    yield place
    place.remove()
