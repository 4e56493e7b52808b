"""What every contract test gets: a database, a clock that only moves when told, short words.

The tests speak to the store's functions alone, so that another database can stand behind them.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procs.core.clock import Now
from procs.core.clock import now as clock_now
from procs.records.job import Ask, Lane, Lease, Link, Media, Part, Person, Reference
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.people import users
from procs.store.requests import request_status, requests
from procs.store.requests.request_status import RequestStatus
from tests import pgbouncer, postgresql_server
from tests.contract.place import BOTH, FAST, KIND, THROUGH_POOLER, Place


class Clock:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall, self.boot = 1_790_000_000.0, 5000.0

    def now(self) -> Now:
        self.skip(0.001)
        return Now(self.wall, self.boot)

    def skip(self, seconds: float) -> None:
        self.wall += seconds
        self.boot += seconds


class Desk:
    """The store, in the words of a test."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock
        self.messages = 0

    def link(self, name: str, variant: str = "best") -> Link:
        return Link(f"https://site.example/{name}", "site.example", f"url:{name}", variant)

    def asks(self, user: int, *names: str) -> list[requests.Submitted]:
        users.remember(self.db, Person(user, "fa", f"user {user}"), now=self.clock.now())
        self.messages += 1
        asks = [Ask(user, user, self.messages, n, self.link(name)) for n, name in enumerate(names)]
        return requests.submit(self.db, asks, now=self.clock.now())

    def worker(self, name: str = "w00-1") -> int:
        return workers.enter(self.db, name, now=self.clock.now())

    def claim(self, worker: int, room: int = 1, lane: Lane = Lane.HEAVY) -> list[Lease]:
        return leases.claim(self.db, worker=worker, lane=lane, room=room, now=self.clock.now())

    def status(self, request: int) -> RequestStatus:
        found = request_status.status_of(self.db, request, now=self.clock.now())
        assert found is not None
        return found

    def open_statuses(self) -> list[RequestStatus]:
        return request_status.open_statuses(self.db, now=self.clock.now())

    def media(self, name: str) -> Media:
        part = Part(Reference("document", 1, 2, "ab"), "video", f"{name}.mp4", 3)
        link = self.link(name)
        return Media(link.key, link.variant, name, link.site, link.url, (part,))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("sqlite") and KIND != "sqlite":
        pytest.skip("this is about the files of SQLite")
    if item.get_closest_marker("postgresql") and postgresql_server.programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    if item.get_closest_marker("session") and pgbouncer.MODE:
        pytest.skip("this is about a session of the server")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some files on each kind of database, where it is not chosen."""
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "database_kind" in metafunc.fixturenames and "sqlite" not in marks and is_for_both(metafunc):
        metafunc.parametrize("database_kind", kinds(file_of(metafunc)))


def is_for_both(metafunc: pytest.Metafunc) -> bool:
    chosen = "CHAPAR_TEST_DATABASE" in os.environ or postgresql_server.programs() is None
    return not chosen and file_of(metafunc) in BOTH


def file_of(metafunc: pytest.Metafunc) -> str:
    return str(metafunc.module.__name__.rpartition(".")[2])


def kinds(file: str) -> list[str]:
    is_pooled = pgbouncer.PROGRAM is not None and file in THROUGH_POOLER
    return ["sqlite", "postgresql", *(["pooler"] if is_pooled else [])]


@pytest.fixture
def database_kind() -> str:
    """The kind of database under test."""
    return KIND


@pytest.fixture
def place(database_kind: str) -> Iterator[Place]:
    """In memory where that can be had: nobody pulls the plug in these tests, and a commit that
    waits for the disk is most of what they would do."""
    with tempfile.TemporaryDirectory(prefix="ch-", dir=FAST) as folder:
        place = Place(Path(folder), database_kind).make()
        yield place
        place.remove()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """A database of a server, without tables."""
    place = Place(tmp_path, "postgresql")
    postgresql_server.running().answer(f"CREATE DATABASE {place.name}")
    yield place
    place.remove()


@pytest.fixture
def db(place: Place) -> Iterator[Database]:
    db = place.open()
    yield db
    db.close()


@pytest.fixture
def desk(db: Database, clock: Clock) -> Desk:
    return Desk(db, clock)


@pytest.fixture
def dies(place: Place) -> Callable[[], int]:
    """A worker whose process is gone: a real one that entered, and ended without leaving."""

    def born_and_dead() -> int:
        with multiprocessing.get_context("fork").Pool(1) as pool:
            return pool.apply(enter, (place,))

    return born_and_dead


@pytest.fixture
def dead_worker(dies: Callable[[], int]) -> int:
    return dies()


def enter(place: Place) -> int:
    return workers.enter(place.open(), f"w09-{os.getpid()}", now=clock_now())
