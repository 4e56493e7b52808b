"""A PostgreSQL database for tests that are about its server."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.store.database import Database, open_database
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.sqlite.schema import VERSION
from tests import pgbouncer, postgresql_server
from tests.contract.place import FAST, Place
from tests.contract.postgresql import cutting_proxy
from tests.contract.postgresql.cutting_proxy import CuttingProxy
from tests.pgbouncer import Pooler


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def db(place: Place) -> Iterator[ServerConnection]:
    db = ServerConnection(place.url, run=place.run, version=VERSION)
    yield db
    db.close()


@pytest.fixture
def settings(place: Place, short_home: Path) -> Settings:
    """Those of the machine m1, with one worker."""
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "1", "CHAPAR_MACHINE": "m1"}
    environ["CHAPAR_DATABASE_URL"] = place.url
    return config.load(environ, Path(os.devnull), need_telegram=False)


@pytest.fixture
def proxy() -> Iterator[CuttingProxy]:
    server = postgresql_server.running().folder
    with (
        tempfile.TemporaryDirectory(prefix="ch-", dir=FAST) as folder,
        cutting_proxy.opened(Path(folder), server) as proxy,
    ):
        yield proxy


@pytest.fixture
def cut_db(place: Place, proxy: CuttingProxy) -> Iterator[Database]:
    url = f"postgresql://chapar@/{place.name}?host={proxy.folder}"
    db = open_database(url, run=place.run)
    yield db
    db.close()


@pytest.fixture
def transactions() -> Iterator[Pooler]:
    """One that hands each transaction to whichever session of the server is free."""
    with pgbouncer.opened("transaction") as pooler:
        yield pooler


@pytest.fixture
def pooled(place: Place, transactions: Pooler) -> Iterator[Database]:
    with closing(open_database(transactions.url_of(place.name), run=place.run)) as db:
        yield db
